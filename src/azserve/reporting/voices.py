"""The voices: a terminal's or a log's text, and data."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from azserve.errors import UsageError
from azserve.model.json import JsonValue
from azserve.model.visible import UNSEEN, visible
from azserve.reporting.blocks import Block, Cell, Line, Mark, Narrow, Table

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult
    from rich.console import Console
    from rich.table import Table as RichTable


class Output(StrEnum):
    """`-o`."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    TSV = "tsv"


def text(blocks: Iterable[Block], *, width: int, colour: bool, unicode: bool) -> str:
    """Return blocks as lines no wider than `width`, ending in a newline where there is any.

    Names, states and addresses are never cut: see `fitted` for what gives way on a narrow terminal.
    """
    paper = _Paper(io.StringIO(), width, colour=colour, unicode=unicode)
    for block in blocks:
        match block:
            case Line():
                _print_line(paper, block)
            case Table():
                shown, heads, spilt = fitted(block, width, unicode=unicode)
                _print_table(paper, shown, heads)
                for line in map(visible, spilt):
                    paper.console(len(line)).print(line)
    lines = paper.sink.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n" if lines else ""


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is written on, and what it can show."""

    sink: io.StringIO
    width: int
    colour: bool
    unicode: bool

    def console(self, least: int = 0) -> Console:
        """Return a console that writes here, wider than asked for where something must stay in one piece."""
        from rich.console import Console

        return Console(
            file=self.sink,
            width=max(self.width, least),
            color_system="standard" if self.colour else None,
            force_terminal=self.colour,
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
        )


def _sign(mark: Mark, *, unicode: bool) -> str:
    return mark.sign if unicode else mark.ascii


def _print_line(paper: _Paper, line: Line) -> None:
    from rich.padding import Padding
    from rich.text import Text

    sign = _sign(line.mark, unicode=paper.unicode)
    style = {"plain": "", "dim": "dim", "bold": "bold"}[line.tone]
    marked = Text() if line.mark is Mark.NONE else Text(sign + " ", style=line.mark.style)
    paper.console().print(Padding(marked + Text(visible(line.text), style=style), (0, 0, 0, line.indent)))


def fitted(table: Table, width: int, *, unicode: bool) -> tuple[Table, list[str], list[str]]:
    """Return the table cut to a width, the heading of each row where it has any, and lines for what spilled out of it.

    Columns that may be dropped go first, from the right; where that is not enough, those that can head rows do; then
    folded text gets narrower than is pleasant. What is left may still be too wide where names are long; then the
    terminal wraps it.
    """
    every = range(len(table.columns))
    heading = [at for at in every if table.columns[at].narrow is Narrow.HEAD]
    kept, spilt = _kept(table, list(every), width, unicode=unicode)
    if heading and _least_width(table, kept, unicode=unicode) > width:
        kept, spilt = _kept(table, [at for at in every if at not in heading], width, unicode=unicode)
    else:
        heading = []
    columns = tuple(table.columns[at] for at in kept)
    shown = Table(columns, tuple(tuple(row[at] for at in kept) for row in table.rows), table.title)
    heads = ["  ".join(row[at].text for at in heading) for row in table.rows] if heading else []
    lines = ["  ".join(row[at].text for at in [*kept[:2], *spilt]) for row in table.rows] if spilt else []
    return shown, heads, lines


def _kept(table: Table, kept: list[int], width: int, *, unicode: bool) -> tuple[list[int], list[int]]:
    """Return which of these columns stay at a width, and which spill."""
    spilt: list[int] = []
    for narrow in (Narrow.DROP, Narrow.SPILL):
        for at in reversed(kept.copy()):
            if _least_width(table, kept, unicode=unicode) > width and table.columns[at].narrow is narrow:
                kept.remove(at)
                if narrow is Narrow.SPILL:
                    spilt.insert(0, at)
    return kept, spilt


LEGIBLE = 28
"""Columns that folded text should have before something else is dropped for it."""
TIGHT = 12
"""Columns that folded text has at the very least: harder to read than LEGIBLE, easier than a table that is wrapped."""
GAP = 3
"""Columns of space between two columns of a table."""
INSET = "  "
"""How far rows are set in below a heading."""


def _least_width(table: Table, kept: Sequence[int], *, unicode: bool, folded: int = LEGIBLE) -> int:
    """Return how wide a table has to be: text that folds so wide, everything else whole."""
    widths = []
    for at in kept:
        column = table.columns[at]
        longest = max(len(text) for text in _texts(table, at, unicode=unicode))
        widths.append(min(folded, longest) if column.narrow is Narrow.FOLD else longest)
    return sum(widths) + GAP * (len(widths) - 1)


def _texts(table: Table, at: int, *, unicode: bool) -> list[str]:
    return [table.columns[at].title, *(_words_of(row[at], unicode=unicode) for row in table.rows)]


def _words_of(each: Cell, *, unicode: bool) -> str:
    return each.text if each.mark is Mark.NONE else f"{_sign(each.mark, unicode=unicode)} {each.text}"


def _print_table(paper: _Paper, table: Table, heads: Sequence[str]) -> None:
    """Print a table; under headings, rows that share one stand below it, set in and all in line with each other."""
    from rich.text import Text

    least = _least_width(table, range(len(table.columns)), unicode=paper.unicode, folded=TIGHT)
    console = paper.console(least)
    if not heads:
        console.print(_drawn(paper, table, table.rows))
        return
    widths = _widths(table, console.width - len(INSET), unicode=paper.unicode)
    console.print(_drawn(paper, table, (), widths))
    for head, group in groupby(zip(heads, table.rows, strict=True), key=itemgetter(0)):
        console.print(Text(visible(head), style="bold"))
        console.print(_drawn(paper, table, [row for _, row in group], widths, header=False))


def _drawn(
    paper: _Paper, table: Table, rows: Iterable[tuple[Cell, ...]], widths: Sequence[int] = (), *, header: bool = True
) -> RichTable:
    """Return rows as rich draws them; given widths, set in."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(
        box=box.SIMPLE_HEAD if paper.unicode else box.ASCII2,
        title=table.title or None,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        pad_edge=False,
        show_edge=False,
        show_header=header,
        padding=(0, 1),
    )
    inset = INSET if widths else ""
    for at, column in enumerate(table.columns):
        drawn.add_column(
            inset + column.title if at == 0 else column.title,
            justify=column.align,
            no_wrap=column.narrow is not Narrow.FOLD,
            overflow="fold",
            width=widths[at] + len(inset) * (at == 0) if widths else None,
        )
    for row in rows:
        cells = []
        for at, each in enumerate(row):
            sign = "" if each.mark is Mark.NONE else _sign(each.mark, unicode=paper.unicode) + " "
            start = Text(inset if at == 0 else "") + Text(sign, style=each.mark.style)
            cells.append(start + Text(visible(each.text)))
        drawn.add_row(*cells)
    return drawn


def _widths(table: Table, width: int, *, unicode: bool) -> list[int]:
    """Return each column's width in a table this wide: what folds takes what the others leave it."""
    longest = [max(len(text) for text in _texts(table, at, unicode=unicode)) for at in range(len(table.columns))]
    folding = [at for at, column in enumerate(table.columns) if column.narrow is Narrow.FOLD]
    spare = width - GAP * (len(longest) - 1) - sum(longest[at] for at in range(len(longest)) if at not in folding)
    for at in folding:
        longest[at] = min(longest[at], max(TIGHT, spare // len(folding)))
    return longest


def tsv(blocks: Iterable[Block]) -> str:
    """Return the rows of all tables, raw, tab-separated and without a header, as `az -o tsv` does."""
    lines = []
    for block in blocks:
        if isinstance(block, Table):
            lines += ["\t".join(_flat(each.raw if each.raw is not None else each.text) for each in row)
                      for row in block.rows]  # fmt: skip
    return "".join(line + "\n" for line in lines)


def _flat(value: str) -> str:
    return "" if value == "–" else visible(value).replace("\t", " ").replace("\n", " ")


def data(value: JsonValue, output: Output, *, unicode: bool = True) -> str:
    """Return a value as a JSON or YAML document, or as TSV in the manner of `az`.

    Without `unicode`, JSON and YAML escape what is not ASCII, so that nothing is lost on the way; what cannot be seen
    they escape in any case.
    """
    match output:
        case Output.JSON:
            return UNSEEN.sub(_escaped, json.dumps(value, indent=2, ensure_ascii=not unicode)) + "\n"
        case Output.YAML:
            import yaml

            text = yaml.safe_dump(value, sort_keys=False, allow_unicode=unicode, width=1000)
            return yaml.safe_dump(value, sort_keys=False, width=1000) if UNSEEN.search(text) else text
        case Output.TSV | Output.TABLE:
            rows = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
            return "".join(_tsv_row(row) + "\n" for row in rows)


def _escaped(match: re.Match[str]) -> str:
    """Return what cannot be seen as JSON escapes it; inside a string is the only place where it can be."""
    return f"\\u{ord(match[0]):04x}" if match[0] <= "\uffff" else json.dumps(match[0])[1:-1]


def _tsv_row(row: JsonValue) -> str:
    match row:
        case Mapping():
            return "\t".join(_tsv_scalar(item) for item in row.values())
        case str() | bool() | int() | float() | None:
            return _tsv_scalar(row)
        case _:
            return "\t".join(_tsv_scalar(item) for item in row)


def _tsv_scalar(value: JsonValue) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _flat(value)
        case int() | float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def query(value: JsonValue, expression: str) -> JsonValue:
    """Return what a JMESPath expression finds, as `az --query` does; raises UsageError where it does not fit."""
    from jmespath.exceptions import JMESPathError

    parsed = compiled(expression)
    try:
        found: JsonValue = parsed.search(value)
    except JMESPathError as error:
        raise _query_invalid(error) from error
    return found


def compiled(expression: str) -> ParsedResult:
    """Return a JMESPath expression ready to search with; raises UsageError where it does not parse."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        raise _query_invalid(error) from error


def _query_invalid(error: Exception) -> UsageError:
    first = str(error).splitlines()[0]
    return UsageError(
        f"`--query` is not valid JMESPath: {first}",
        code="query-invalid",
        hint="the query runs over `result`; try `--query 'regions[].region'`, and see jmespath.org",
    )
