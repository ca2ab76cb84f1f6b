from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem
from azserve.model.results import EndpointStatus


@click.command(cls=Verb, example="azserve status\nazserve status --check")
@click.option("--check", is_flag=True, help="Exit 1 where anything is missing, not ready or drifted.")
@click.pass_obj
def status(app: App, *, check: bool) -> ExitCode:
    """Show every endpoint in every region, drift included; writes nothing to Azure."""
    from azserve.verbs.status import StatusRequest
    from azserve.verbs.status import status as run

    settings = app.settings()
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(StatusRequest(settings, app.catalogue()), azure, app.now, progress)
    off = [row for row in (*result.rows, *result.surroundings) if row.status is not EndpointStatus.OK]
    if not check or not off:
        return app.answer(result)
    problem = Problem(
        "drift",
        f"{len(off)} of fleet `{result.fleet_id}` are not as the file says",
        hint="run `azserve plan` to see the changes and `azserve deploy` to make them",
    )
    return app.answer(result, code=ExitCode.CHECKS_FAILED, problems=(problem,))
