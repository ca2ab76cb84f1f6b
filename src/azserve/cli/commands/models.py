from __future__ import annotations

import re
from pathlib import Path

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem, UsageError


@click.group()
def models() -> None:
    """What is known of models: versions, skus, offers, lifecycle, regions and prices."""


@models.command("list", cls=Verb, example="azserve models list --hosting foundry\nazserve models list --retiring 90d")
@click.option("--hosting", type=click.Choice(["serverless", "foundry"]), help="Only what is hosted so.")
@click.option("--retiring", metavar="DAYS", help="Only what retires within so many days (`90d`), or has; exit 1 where "
              "the fleet of the file is affected.")  # fmt: skip
@click.option("--live", is_flag=True, help="Ask Azure, too, what it says of the fleet's own models.")
@click.pass_obj
def list_models(app: App, *, hosting: str | None, retiring: str | None, live: bool) -> ExitCode:
    """List the models that azserve knows of; needs no Azure, and a file only to look at a fleet."""
    from azserve.model.catalogue import Hosting
    from azserve.verbs.models import ModelsRequest
    from azserve.verbs.models import list_models as run

    settings = app.settings() if live or (retiring is not None and _has_file(app)) else None
    request = ModelsRequest(
        app.catalogue(),
        app.now().date(),
        within_days=None if retiring is None else days(retiring),
        hosting=Hosting(hosting) if hosting else None,
        settings=settings,
    )
    if live and settings:
        with app.azure(settings) as azure:
            result = run(request, azure.reader)
    else:
        result = run(request)
    if not result.affected:
        return app.answer(result)
    keys = ", ".join(f"`{each.endpoint}`" for each in result.affected)
    problem = Problem(
        "retiring-soon",
        f"{keys} of fleet `{result.fleet_id}` must move: retired, or retiring within {request.within_days} days",
        hint="move to the replacement: `azserve models show MODEL` has the edit",
        where=str(settings.file) if settings else None,
    )
    return app.answer(result, code=ExitCode.CHECKS_FAILED, problems=(problem,))


@models.command("show", cls=Verb, example="azserve models show DeepSeek-R1\n"
                "azserve models show DeepSeek-V3.2 --live --region swedencentral")  # fmt: skip
@click.argument("model")
@click.option("--live", is_flag=True, help="Ask Azure, too.")
@click.option("--region", "regions", multiple=True, metavar="REGION",
              help="Where to ask; may be repeated.  [default: wherever documents offer it]")  # fmt: skip
@click.pass_obj
def show(app: App, *, model: str, live: bool, regions: tuple[str, ...]) -> ExitCode:
    """Show everything known of MODEL, hosting by hosting, each fact with its source and date."""
    from azserve.catalogue.prices import load_prices
    from azserve.verbs.models import ModelRequest, show_model

    request = ModelRequest(app.catalogue(), load_prices(), app.now().date(), model, app.regions(regions))
    if not live and not regions:
        return app.answer(show_model(request))
    with app.azure(app.settings_for_nothing()) as azure:
        return app.answer(show_model(request, azure.reader))


def days(text: str) -> int:
    """Return the days of `90d`, `12w` or `90`; raises UsageError."""
    found = re.fullmatch(r"(\d{1,5})([dw]?)", text.strip().lower())
    if not found:
        raise UsageError(f"`{text}` is no number of days", code="days-invalid", hint="write it as `90d` or `12w`")
    return int(found[1]) * (7 if found[2] == "w" else 1)


def _has_file(app: App) -> bool:
    """Whether a file was named, or lies where azserve looks for one."""
    return bool(app.options.config or app.environ.get("AZSERVE_CONFIG")) or Path("azserve.yaml").exists()
