from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode


@click.command(cls=Verb, example="azserve info\nazserve info --region eastus2 -o json")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only there; may be repeated.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="KEY", help="Only this one; may be repeated.")
@click.pass_obj
def info(app: App, *, regions: tuple[str, ...], endpoints: tuple[str, ...]) -> ExitCode:
    """Show the model information of each endpoint, and where it comes from."""
    from azserve.verbs.info import InfoRequest
    from azserve.verbs.info import info as run
    from azserve.verbs.standing import selection

    settings = app.settings()
    with app.azure(settings) as azure:
        result = run(InfoRequest(settings, app.catalogue(), selection(app.regions(regions), endpoints)), azure, app.now)
    problems = tuple(row.problem for row in result.rows if row.problem)
    return app.answer(result, code=ExitCode.CHECKS_FAILED if problems else ExitCode.DONE, problems=problems)
