from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode

DEFAULT_FILE = Path("azserve.yaml")


@click.command(cls=Verb, example="azserve init\nazserve init -c fleets/support.yaml")
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@click.pass_obj
def init(app: App, *, force: bool) -> ExitCode:
    """Write a commented starter file that validates."""
    from azserve.verbs.init import InitRequest
    from azserve.verbs.init import init as run

    return app.answer(run(InitRequest(file=app.options.config or DEFAULT_FILE, force=force)))
