from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import FOLDER, App, Verb
from azserve.errors import ExitCode, Problem, Severity, UsageError
from azserve.model.results import CheckResult, FileState


@click.command(
    cls=Verb,
    example="azserve render --out build\nazserve render --out build --check\nazserve render --check theirs.json",
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="[FILE]...")
@click.option("--out", type=FOLDER, metavar="DIR", help="The folder to write to.")
@click.option("--check", is_flag=True,
              help="Write nothing. Look for mistakes in FILEs, which may be anyone's ARM JSON, or in what would be "
                   "rendered; with --out, also compare with what is there. Exit 1 where there are any.")  # fmt: skip
@click.option("--ignore", "ignored", multiple=True, metavar="CODE", help="A check to leave out; may be repeated.")
@click.option("--format", "formats", type=click.Choice(["bicep", "arm", "bicepparam"]), multiple=True,
              help="What to write; may be repeated.  [default: bicep and arm; with --layout azd, bicep]")  # fmt: skip
@click.option("--layout", type=click.Choice(["regions", "azd"]), default="regions", show_default=True,
              help="A folder per region, or infra/ as azd wants it.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that azserve did not write.")
@click.pass_obj
def render(
    app: App,
    *,
    files: tuple[Path, ...],
    out: Path | None,
    check: bool,
    ignored: tuple[str, ...],
    formats: tuple[str, ...],
    layout: str,
    force: bool,
) -> ExitCode:
    """Write ARM and Bicep for each region that the published facts choose; no sign-in, no network."""
    _sensible(files, out, ignored, check=check)
    if files:
        from azserve.verbs.check import CheckFilesRequest, check_files

        return _checked(
            app, check_files(CheckFilesRequest(files, app.catalogue(), app.now().date(), frozenset(ignored)))
        )
    from azserve.model.artifact import Format, Layout
    from azserve.verbs.render import RenderRequest
    from azserve.verbs.render import render as run

    wanted = tuple(map(Format, formats))
    request = RenderRequest(app.settings(), app.catalogue(), app.now(), out, force, wanted, Layout(layout))
    if not check:
        return app.answer(run(request))
    from azserve.verbs.check import check_rendered

    return _checked(app, check_rendered(request, frozenset(ignored)), out)


def _sensible(files: tuple[Path, ...], out: Path | None, ignored: tuple[str, ...], *, check: bool) -> None:
    """Raise UsageError for options that do not go together."""
    if files and not check:
        raise UsageError("files are only looked at", hint="add `--check`, or leave the files out to render")
    if files and out is not None:
        raise UsageError("`--out` does not go with files", hint="check the files, or compare with `--out`, not both")
    if ignored and not check:
        raise UsageError("nothing is checked, so no check can be left out", hint="add `--check`")
    if not check and out is None:
        raise UsageError("there is no folder to write to", hint="add `--out DIR`, or `--check` to write nothing")


def _checked(app: App, result: CheckResult, out: Path | None = None) -> ExitCode:
    problems = tuple(_problems(result, out))
    return app.answer(result, code=ExitCode.CHECKS_FAILED if problems else ExitCode.DONE, problems=problems)


def _problems(result: CheckResult, out: Path | None) -> list[Problem]:
    from azserve.reporting.blocks import count

    found = []
    errors = [each for each in result.findings if each.severity is Severity.ERROR]
    if errors:
        where = len({each.file for each in errors})
        found.append(
            Problem(
                "template-findings",
                f"{count(len(errors), 'mistake')} in {where} of {count(len(result.checked), 'template')}",
                hint="mend them, or leave a check out with `--ignore CODE`",
            )
        )
    stale = [file for file in result.files if file.state is not FileState.UNCHANGED]
    if stale:
        left = [f"`{file.path}`" for file in stale if file.state is FileState.LEFT_OVER]
        moves = [f"run `azserve render --out {out}`"] if len(left) < len(stale) else []
        more = " and more" if len(left) > 3 else ""
        moves += [f"remove what is left over, {', '.join(left[:3])}{more}"] if left else []
        found.append(
            Problem(
                "render-differs",
                f"{len(stale)} of {count(len(result.files), 'file')} in `{out}` "
                f"{'is' if len(stale) == 1 else 'are'} not what the configuration renders to",
                hint=f"{', '.join(moves)} and commit the result",
            )
        )
    return found
