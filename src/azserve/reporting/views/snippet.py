"""Client code: where it was written and how to run it, and the tasks there are."""

from __future__ import annotations

from azserve.model.results import SnippetResult, SnippetTasksResult
from azserve.reporting.blocks import Block, Column, Line, Mark, Narrow, Table, cell


def snippet(result: SnippetResult) -> tuple[Block, ...]:
    """Where it went, and what to type before it runs; the program itself is data, and printed as it is."""
    made = result.snippet
    about = f"{made.task} in {made.language}, for {made.endpoint} in {made.region}"
    line = Line(f"{result.written}: {about}", Mark.YES) if result.written else Line(about)
    steps = {"install": made.install, "key": made.key_command, "run": made.run}
    # A table, because a command has to stay in one piece to be copied.
    rows = tuple((cell(step), cell(command)) for step, command in steps.items() if command)
    return (line, Table((Column("step"), Column("command")), rows))


def tasks(result: SnippetTasksResult) -> tuple[Block, ...]:
    """One row per task."""
    columns = (Column("task"), Column("shows", narrow=Narrow.FOLD), Column("needs"))
    rows = tuple((cell(each.task), cell(each.shows), cell(", ".join(each.needs) or None)) for each in result.tasks)
    return (Table(columns, rows), Line(f"in {', '.join(result.languages)}", tone="dim"))
