"""The voices: a terminal's or a log's text, and data."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from azserve.errors import UsageError
from azserve.model.json import JsonValue
from azserve.reporting.blocks import Block, Line, Mark, Table


class Output(StrEnum):
    """`-o`."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    TSV = "tsv"


def text(blocks: Iterable[Block], *, width: int, colour: bool, unicode: bool) -> str:
    """Return blocks as lines no wider than `width`, ending in a newline where there is any.

    Cells that may not fold are never cut: a narrow terminal wraps them itself, so an address can still be copied.
    """
    from rich.console import Console

    sink = io.StringIO()
    console = Console(
        file=sink, width=width, color_system="standard" if colour else None, force_terminal=colour, highlight=False,
        emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    for block in blocks:
        match block:
            case Line():
                _print_line(console, block, unicode=unicode)
            case Table():
                _print_table(console, block, unicode=unicode)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()) + "\n" if sink.getvalue() else ""


def _sign(mark: Mark, *, unicode: bool) -> str:
    return mark.sign if unicode else mark.ascii


def _print_line(console: object, line: Line, *, unicode: bool) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    assert isinstance(console, Console)
    style = {"plain": "", "dim": "dim", "bold": "bold"}[line.tone]
    if line.mark is Mark.NONE:
        console.print(Padding(Text(line.text, style=style), (0, 0, 0, line.indent)), soft_wrap=False)
        return
    sign = Text(_sign(line.mark, unicode=unicode) + " ", style=line.mark.style)
    console.print(Padding(sign + Text(line.text, style=style), (0, 0, 0, line.indent)))


def _print_table(console: object, table: Table, *, unicode: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    assert isinstance(console, Console)
    drawn = RichTable(
        box=box.SIMPLE_HEAD if unicode else box.ASCII2, title=table.title or None, title_justify="left",
        title_style="bold", header_style="bold", pad_edge=False, show_edge=False, padding=(0, 1),
    )  # fmt: skip
    for column in table.columns:
        drawn.add_column(
            column.title, justify=column.align, no_wrap=not column.fold, overflow="fold" if column.fold else "ignore"
        )
    for row in table.rows:
        cells = []
        for each in row:
            sign = "" if each.mark is Mark.NONE else _sign(each.mark, unicode=unicode) + " "
            cells.append(Text(sign, style=each.mark.style) + Text(each.text))
        drawn.add_row(*cells)
    console.print(drawn)


def tsv(blocks: Iterable[Block]) -> str:
    """Return the rows of all tables, raw, tab-separated and without a header, as `az -o tsv` does."""
    lines = []
    for block in blocks:
        if isinstance(block, Table):
            lines += ["\t".join(_flat(each.raw if each.raw is not None else each.text) for each in row)
                      for row in block.rows]  # fmt: skip
    return "".join(line + "\n" for line in lines)


def _flat(value: str) -> str:
    return "" if value == "–" else value.replace("\t", " ").replace("\n", " ")


def data(value: JsonValue, output: Output) -> str:
    """Return a value as a JSON or YAML document, or as TSV in the manner of `az`."""
    match output:
        case Output.JSON:
            return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        case Output.YAML:
            import yaml

            return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
        case Output.TSV | Output.TABLE:
            rows = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
            return "".join(_tsv_row(row) + "\n" for row in rows)


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
    """Return what a JMESPath expression finds, as `az --query` does; raises UsageError where it does not parse."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        found: JsonValue = jmespath.search(expression, value)
    except JMESPathError as error:
        first = str(error).splitlines()[0]
        raise UsageError(
            f"`--query` is not valid JMESPath: {first}",
            code="query-invalid",
            hint="the query runs over `result`; try `--query 'regions[].region'`, and see jmespath.org",
        ) from error
    return found
