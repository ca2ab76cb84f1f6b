from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem
from azserve.model.results import FileState


@click.command(cls=Verb, example="azserve render --out build\nazserve render --out build --check")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help="The folder to write to.")  # fmt: skip
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where the files on disk differ.")
@click.option("--format", "formats", type=click.Choice(["bicep", "arm", "bicepparam"]), multiple=True,
              help="What to write; may be repeated.  [default: bicep and arm; with --layout azd, bicep]")  # fmt: skip
@click.option("--layout", type=click.Choice(["regions", "azd"]), default="regions", show_default=True,
              help="A folder per region, or infra/ as azd wants it.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that azserve did not write.")
@click.pass_obj
def render(app: App, *, out: Path, check: bool, formats: tuple[str, ...], layout: str, force: bool) -> ExitCode:
    """Write ARM and Bicep for each region that the published facts choose; no sign-in, no network."""
    from azserve.model.artifact import Format, Layout
    from azserve.verbs.render import RenderRequest
    from azserve.verbs.render import render as run

    request = RenderRequest(
        app.settings(),
        app.catalogue(),
        app.now(),
        out,
        force=force,
        check=check,
        formats=tuple(map(Format, formats)),
        layout=Layout(layout),
    )
    result = run(request)
    stale = [file for file in result.files if file.state not in {FileState.WRITTEN, FileState.UNCHANGED}]
    if not stale:
        return app.answer(result)
    problem = Problem(
        "render-differs",
        f"{len(stale)} of {len(result.files)} files in `{out}` are not what the configuration renders to",
        hint=f"run `azserve render --out {out}` and commit the result",
    )
    return app.answer(result, code=ExitCode.CHECKS_FAILED, problems=(problem,))
