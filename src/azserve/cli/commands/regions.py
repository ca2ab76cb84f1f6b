from __future__ import annotations

from typing import TYPE_CHECKING

import click

from azserve.cli.app import App, Verb, freshness
from azserve.errors import ExitCode

if TYPE_CHECKING:
    from azserve.model.settings import Settings


@click.command(cls=Verb, example="azserve regions\n"
               "azserve regions --model gpt-5-mini --sku DataZoneStandard --capacity 50")  # fmt: skip
@click.option("--model", metavar="MODEL", help="Ask about this model; needs no file.")
@click.option("--version", "model_version", metavar="VERSION", help="With --model.  [default: the newest known]")
@click.option("--sku", metavar="SKU", help="With --model.  [default: GlobalStandard]")
@click.option("--capacity", type=click.IntRange(min=1), metavar="N", help="With --model: units of the sku.")
@click.option("--region", "only", multiple=True, metavar="REGION", help="Only this one; may be repeated.")
@click.option("--strict", is_flag=True, help="A retirement in the past is a no.")
@freshness
@click.option("--offline", is_flag=True, help="Ask nobody: answer from dated documents.")
@click.pass_obj
def regions(
    app: App,
    *,
    model: str | None,
    model_version: str | None,
    sku: str | None,
    capacity: int | None,
    only: tuple[str, ...],
    strict: bool,
    max_age: int,
    refresh: bool,
    offline: bool,
) -> ExitCode:
    """Show each endpoint in every region: yes, no or unknown, and why; writes nothing to Azure."""
    from azserve.verbs.regions import RegionsRequest
    from azserve.verbs.regions import regions as run

    if model is None and (model_version or sku or capacity):
        raise click.UsageError("`--version`, `--sku` and `--capacity` belong to `--model`")
    if offline and refresh:
        raise click.UsageError("`--offline` asks nobody and `--refresh` asks for everything: give one of them")
    settings = app.settings() if model is None else _ad_hoc(app, model, model_version, sku, capacity)
    request = RegionsRequest(settings, app.catalogue(), app.regions(only), strict=strict, of_fleet=model is None)
    if offline:
        return app.answer(run(request, None, app.now))
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(request, azure.reader, app.now, progress, app.keeper(settings, 0 if refresh else max_age))
    return app.answer(result)


def _ad_hoc(app: App, model: str, version: str | None, sku: str | None, capacity: int | None) -> Settings:
    from azserve.config.ad_hoc import AdHocModel, ad_hoc
    from azserve.verbs.models import find_model, unknown_model

    entry = find_model(model, app.catalogue())
    if entry is None:
        raise unknown_model(model, app.catalogue())
    return ad_hoc(app.config_request(), AdHocModel(entry.name, version, sku, capacity))
