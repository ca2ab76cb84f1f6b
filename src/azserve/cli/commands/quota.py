from __future__ import annotations

import click

from azserve.cli.app import App, Verb, freshness
from azserve.errors import ExitCode


@click.command(cls=Verb, example="azserve quota\nazserve quota --region swedencentral -o tsv")
@click.option("--region", "only", multiple=True, metavar="REGION", help="Only there; may be repeated.")
@click.option("--compute", is_flag=True, help="Also Machine Learning's quota of cores, which no model draws on.")
@freshness
@click.pass_obj
def quota(app: App, *, only: tuple[str, ...], compute: bool, max_age: int, refresh: bool) -> ExitCode:
    """Show limit, held by this fleet and by others, asked and left, per region and pool; writes nothing to Azure."""
    from azserve.verbs.quota import QuotaRequest
    from azserve.verbs.quota import quota as run

    settings = app.settings()
    with app.azure(settings) as azure, app.progress() as progress:
        request = QuotaRequest(settings, app.catalogue(), app.regions(only), compute=compute)
        result = run(request, azure.reader, app.now, progress, app.keeper(settings, 0 if refresh else max_age))
    return app.answer(result)
