from __future__ import annotations

import sys

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Refused
from azserve.model.results import RemovalState


@click.command(cls=Verb, example="azserve destroy -e dev --yes\nazserve destroy -e dev --yes --purge")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--purge", is_flag=True, help="Also purge soft-deleted accounts, which frees their names and quota.")
@click.option("--wait", "wait_s", type=click.IntRange(min=1), default=3600, show_default=True, metavar="SECONDS",
              help="How long to wait for Azure; exit 8 when it takes longer.")  # fmt: skip
@click.pass_obj
def destroy(app: App, *, yes: bool, purge: bool, wait_s: int) -> ExitCode:
    """Remove what this fleet and environment made: everything that carries its tag, and nothing else."""
    from azserve.deploying import DestroyRequest
    from azserve.verbs.destroy import destroy as run

    settings = app.settings()
    if not yes:
        _confirm(app, str(settings.fleet_id))
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(DestroyRequest(settings.fleet_id, settings, purge=purge, deadline_s=wait_s), azure, progress)
    problems = tuple(each.problem for each in result.removed if each.problem)
    failed = [each for each in result.removed if each.state is RemovalState.FAILED]
    if not failed:
        return app.answer(result, problems=problems)
    code = ExitCode.AZURE_FAILED if len(failed) == len(result.removed) else ExitCode.PARTLY_FAILED
    return app.answer(result, code=code, problems=problems)


def _confirm(app: App, fleet: str) -> None:
    """Ask a person to type the fleet's name; nobody there is a refusal, not a yes."""
    if not sys.stdin.isatty():
        raise Refused(
            f"destroying fleet `{fleet}` was not confirmed",
            code="confirmation-missing",
            hint="say so with `--yes`: there is no terminal to ask at",
        )
    app.streams.say(f"This deletes everything of fleet {fleet} in Azure. Type its name to go on: ")
    if sys.stdin.readline().strip() != fleet:
        raise Refused(
            f"destroying fleet `{fleet}` was not confirmed",
            code="confirmation-missing",
            hint="type the fleet's name, or pass `--yes`",
        )
