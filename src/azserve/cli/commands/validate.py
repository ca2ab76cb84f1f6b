from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode


@click.command(
    cls=Verb,
    example="azserve validate\nazserve validate --show -e prod\nazserve validate --schema > azserve.schema.json",
)
@click.option("--show", is_flag=True, help="Print the resolved file with the origin of each value.")
@click.option("--schema", is_flag=True, help="Print the file's JSON Schema, for editors; reads no file.")
@click.pass_obj
def validate(app: App, *, show: bool, schema: bool) -> ExitCode:
    """Check the file, offline: every problem at once, each with its place."""
    if show and schema:
        raise click.UsageError("`--show` and `--schema` exclude each other")
    if schema:
        return _schema(app)
    if show:
        return _show(app)
    from azserve.verbs.validate import summary

    return app.answer(summary(app.settings()))


def _schema(app: App) -> ExitCode:
    """Print the bare schema: an editor reads it, so no envelope goes round it."""
    from azserve.config import json_schema
    from azserve.reporting.voices import Output, data

    app.streams.write(data(json_schema(), Output.JSON))
    return ExitCode.DONE


def _show(app: App) -> ExitCode:
    from azserve.config import explain_origins

    return app.answer(explain_origins(app.config_request()))
