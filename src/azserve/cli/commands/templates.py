from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import FOLDER, App, Verb
from azserve.errors import ExitCode


@click.group()
def templates() -> None:
    """The templates that azserve renders with."""


@templates.command(cls=Verb, example="azserve templates eject templates")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--force", is_flag=True, help="Overwrite templates that were changed.")
@click.pass_obj
def eject(app: App, *, folder: Path, force: bool) -> ExitCode:
    """Copy the template set to DIR, to be changed; `templates: DIR` in the file then uses it."""
    from azserve.verbs.templates import EjectRequest
    from azserve.verbs.templates import eject as run

    return app.answer(run(EjectRequest(folder, force=force)))


@templates.command(cls=Verb, example="azserve templates versions -o tsv")
@click.pass_obj
def versions(app: App) -> ExitCode:
    """Show the api-version of every resource type that azserve writes, and where it was read."""
    from azserve.verbs.templates import versions as run

    return app.answer(run())
