"""What was written to disk, and what was found sound."""

from __future__ import annotations

from collections.abc import Sequence

from azserve.model.names import Region
from azserve.model.resolved import ResolvedDocument
from azserve.model.results import (
    EmulatorFactsResult,
    EmulatorResetResult,
    EmulatorRunResult,
    EndpointSummary,
    FileOutcome,
    FileState,
    InitResult,
    RenderResult,
    ValidateResult,
)
from azserve.reporting.blocks import Block, Column, Line, Mark, Narrow, Table, cell, count

FILE_MARKS = {
    FileState.WRITTEN: Mark.PLUS,
    FileState.UNCHANGED: Mark.SAME,
    FileState.DIFFERS: Mark.CHANGE,
    FileState.MISSING: Mark.NO,
    FileState.LEFT_OVER: Mark.WARNING,
}


def init(result: InitResult) -> tuple[Block, ...]:
    """A starter file."""
    return (
        Line(f"wrote {result.file}", Mark.YES),
        Line("next: edit it, then `azserve validate`", tone="dim"),
    )


def validate(result: ValidateResult) -> tuple[Block, ...]:
    """The endpoints of a sound file."""
    columns = (Column("endpoint"), Column("model"), Column("hosting"), Column("version"), Column("sku"),
               Column("regions", narrow=Narrow.FOLD))  # fmt: skip
    rows = tuple(
        (
            cell(each.key),
            cell(each.model),
            cell(each.hosting),
            cell(each.version),
            cell(each.sku),
            cell(_regions(each), raw=",".join(each.regions)),
        )
        for each in result.endpoints
    )
    where = f"{result.cloud} cloud" + (f", subscription {result.subscription}" if result.subscription else "")
    return (
        Line(f"{result.file}: fleet {result.fleet_id}, {count(len(rows), 'endpoint')}, {where}", Mark.YES),
        Table(columns, rows),
    )


def _regions(endpoint: EndpointSummary) -> str:
    if not endpoint.regions:
        return "any"
    listed = ", ".join(endpoint.regions)
    return listed if endpoint.need in {None, len(endpoint.regions)} else f"{endpoint.need} of {listed}"


def render(result: RenderResult) -> tuple[Block, ...]:
    """Files per region."""
    return (
        *(Line(warning.message, Mark.WARNING) for warning in result.warnings),
        file_table(result.files),
        Line(f"{tally(result.files)} in {result.out} for {_names(result.regions)}"),
    )


def file_table(files: Sequence[FileOutcome]) -> Table:
    """What became of each file."""
    columns = (Column("file"), Column("state"), Column("size", "right"))
    rows = tuple(
        (
            cell(file.path),
            cell(file.state, FILE_MARKS[file.state]),
            cell(f"{file.bytes / 1024:.1f} KiB", raw=file.bytes),
        )
        for file in files
    )
    return Table(columns, rows)


def tally(files: Sequence[FileOutcome]) -> str:
    """How many files are in which state: `3 written, 2 unchanged`."""
    by_state = {state: sum(file.state is state for file in files) for state in FileState}
    words = {state: "differ" if state is FileState.DIFFERS and number > 1 else state.value
             for state, number in by_state.items()}  # fmt: skip
    return ", ".join(f"{number} {words[state]}" for state, number in by_state.items() if number) or "no files"


def _names(regions: tuple[Region, ...]) -> str:
    return ", ".join(regions) or "no region"


def facts(result: EmulatorFactsResult) -> tuple[Block, ...]:
    """What the emulator guesses about Azure."""
    columns = (Column("fact"), Column("what is assumed", narrow=Narrow.FOLD), Column("because", narrow=Narrow.FOLD))
    rows = tuple((cell(each.key), cell(each.what), cell(each.because)) for each in result.facts)
    return (Table(columns, rows), Line(f"{count(len(rows), 'guess', 'guesses')}; all else is recorded or specified"))


def reset(result: EmulatorResetResult) -> tuple[Block, ...]:
    """An emptied emulator."""
    return (Line(f"emptied the emulator at {result.address}", Mark.YES),)


def running(result: EmulatorRunResult) -> tuple[Block, ...]:
    """What a shell has to be told of an emulator that answers."""
    return tuple(Line(f"export {name}='{value}'") for name, value in result.environment.items())


def resolved(result: ResolvedDocument) -> tuple[Block, ...]:
    """Every value that azserve works from, and what set it."""
    columns = (Column("value"), Column("is", narrow=Narrow.FOLD), Column("from", narrow=Narrow.FOLD))
    rows = tuple((cell(each.path), cell(each.value), cell(each.origin)) for each in result.values)
    return (Line(f"{result.file}: fleet {result.fleet_id}", Mark.YES), Table(columns, rows))
