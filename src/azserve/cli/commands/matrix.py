from __future__ import annotations

import json

import click

from azserve.cli.app import App, Verb, freshness
from azserve.errors import ExitCode


@click.command(cls=Verb, example='azserve matrix -e prod\necho "matrix=$(azserve matrix)" >> "$GITHUB_OUTPUT"')
@click.option("--strict", is_flag=True, help="Refuse where there is a warning.")
@click.option("--on-unknown", type=click.Choice(["fail", "warn", "try"]), default="warn", show_default=True,
              help="What to do where nobody knows whether an endpoint fits.")  # fmt: skip
@freshness
@click.pass_obj
def matrix(app: App, *, strict: bool, on_unknown: str, max_age: int, refresh: bool) -> ExitCode:
    """Print the chosen regions as one line of JSON for a CI fan-out; writes nothing to Azure.

    The line is bare, as `strategy.matrix` reads it; `-o json` puts it into the document that every verb prints.
    """
    from azserve.planning.choosing import OnUnknown
    from azserve.reporting.plain import plain
    from azserve.verbs.matrix import MatrixRequest
    from azserve.verbs.matrix import matrix as run

    settings = app.settings()
    request = MatrixRequest(settings, app.catalogue(), OnUnknown(on_unknown), strict=strict)
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(request, azure.reader, app.now, progress, app.keeper(settings, 0 if refresh else max_age))
    if app.options.output != "table" or app.options.query:
        return app.answer(result)
    app.streams.write(json.dumps(plain(result), separators=(",", ":")) + "\n")
    return ExitCode.DONE
