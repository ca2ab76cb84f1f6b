from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode


@click.group()
def keys() -> None:
    """The keys of each endpoint."""


@keys.command("list", cls=Verb, example="azserve keys list\nazserve keys list --endpoint r1 --show")
@click.option("--show", is_flag=True, help="Print the keys in the clear.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only there; may be repeated.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="KEY", help="Only this one; may be repeated.")
@click.pass_obj
def list_keys(app: App, *, show: bool, regions: tuple[str, ...], endpoints: tuple[str, ...]) -> ExitCode:
    """List both keys of each endpoint, masked unless --show."""
    from azserve.verbs.keys import KeysRequest
    from azserve.verbs.keys import list_keys as run
    from azserve.verbs.standing import selection

    settings = app.settings()
    with app.azure(settings) as azure:
        result = run(KeysRequest(settings, app.catalogue(), selection(app.regions(regions), endpoints)), azure, app.now)
    problems = tuple(row.problem for row in result.rows if row.problem)
    code = ExitCode.CHECKS_FAILED if problems else ExitCode.DONE
    if not show:
        return app.answer(result, code=code, problems=problems)
    from azserve.reporting.views.fleet import shown_keys

    return app.answer(result, code=code, problems=problems, view=shown_keys, reveal=True)
