"""Blocks as text and data."""

from __future__ import annotations

import json

import pytest
import yaml

from azserve.errors import UsageError
from azserve.model import outlook, results
from azserve.model.resolved import ResolvedDocument
from azserve.model.visible import UNSEEN
from azserve.reporting.blocks import Block, Column, Line, Mark, Narrow, Table, cell, count, seconds
from azserve.reporting.views import VIEWS, view
from azserve.reporting.voices import Output, data, query, text, tsv

TABLE = Table(
    (Column("region"), Column("left", "right"), Column("address", narrow=Narrow.SPILL)),
    (
        (cell("eastus2", Mark.YES), cell("1,000", raw=1000), cell("https://r1.eastus2.models.ai.azure.com/a/long/way")),
        (cell("westus3", Mark.NO), cell(None), cell(None)),
    ),
)


def shown(*blocks: Block, width: int = 200, colour: bool = False, unicode: bool = True) -> str:
    return text(blocks, width=width, colour=colour, unicode=unicode)


def test_columns_line_up() -> None:
    header, _, first, second = shown(TABLE).splitlines()

    assert first.index("1,000") + 5 == second.index("–") + 1
    assert header.index("address") == first.index("https://")


WIDE = Table(
    (
        Column("endpoint"),
        Column("region"),
        Column("first token", "right", Narrow.DROP),
        Column("finding", narrow=Narrow.FOLD),
        Column("address", narrow=Narrow.SPILL),
    ),
    (
        (cell("r1"), cell("northcentralus"), cell("1 ms"), cell("it answered " * 8), cell("https://" + "a" * 60)),
        (cell("v32"), cell("eastus2"), cell("2 ms"), cell("short"), cell("https://" + "b" * 60)),
    ),
)


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = [line for line in shown(WIDE, width=width).splitlines() if "https://" not in line]

    assert max(len(line) for line in lines) <= width


@pytest.mark.parametrize("width", [80, 120, 200])
def test_names_and_addresses_stay_in_one_piece_at_any_width(width: int) -> None:
    drawn = shown(WIDE, width=width)

    assert "northcentralus" in drawn
    assert "https://" + "a" * 60 in drawn


def test_a_narrow_terminal_gives_up_what_is_nice_to_know_first() -> None:
    assert "first token" in shown(WIDE, width=200)
    assert "first token" not in shown(WIDE, width=80)


def test_what_spills_names_its_row() -> None:
    lines = [line.split() for line in shown(WIDE, width=80).splitlines()]

    assert ["v32", "eastus2", "https://" + "b" * 60] in lines


GROUPED = Table(
    (
        Column("endpoint", narrow=Narrow.HEAD),
        Column("region", narrow=Narrow.HEAD),
        Column("probe"),
        Column("total", "right", Narrow.DROP),
        Column("finding", narrow=Narrow.FOLD),
    ),
    (
        (cell("r1"), cell("eastus2"), cell("chat"), cell("19 ms"), cell("4 checks held")),
        (cell("r1"), cell("eastus2"), cell("(rate-limit-headers)"), cell("2 ms"), cell("nothing is said of them")),
        (cell("v32"), cell("eastus2"), cell("chat"), cell("1.2 s"), cell("expected `stop`, found `length`")),
    ),
)


def test_rows_stand_below_what_they_have_in_common_where_a_table_would_be_too_wide() -> None:
    lines = shown(GROUPED, width=60).splitlines()

    assert "endpoint" not in lines[0]
    assert [line for line in lines if not line.startswith((" ", "─"))] == ["r1  eastus2", "v32  eastus2"]
    assert {line.index(word) for line in lines for word in ("finding", "4 checks", "expected") if word in line} == {
        lines[0].index("finding")
    }
    assert max(map(len, lines)) <= 60


def test_a_table_with_room_has_no_headings() -> None:
    lines = shown(GROUPED, width=100).splitlines()

    assert lines[0].startswith("endpoint   region    probe")
    assert len(lines) == 2 + len(GROUPED.rows)


def test_marks_are_words_where_the_terminal_has_no_unicode() -> None:
    drawn = shown(TABLE, unicode=False)

    assert "ok eastus2" in drawn
    assert "no westus3" in drawn


def test_text_without_colour_has_no_escape_sequences() -> None:
    assert "\x1b" not in shown(TABLE, Line("done", Mark.YES, tone="bold"))


def test_text_with_colour_says_the_same_words() -> None:
    import re

    coloured = shown(TABLE, Line("done", Mark.YES, tone="bold"), colour=True)

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == shown(TABLE, Line("done", Mark.YES, tone="bold")).split()


def test_no_line_ends_in_spaces() -> None:
    assert [line for line in shown(TABLE, Line("x", indent=2)).splitlines() if line != line.rstrip()] == []


def test_markup_in_text_stays_text() -> None:
    assert "[red]x[/red] :smile:" in shown(Line("[red]x[/red] :smile:"))


def test_tsv_has_raw_cells_and_no_header() -> None:
    assert tsv([Line("talk"), TABLE]).splitlines()[0].split("\t")[:2] == ["eastus2", "1000"]
    assert tsv([TABLE]).splitlines()[1] == "westus3\t\t"


def test_tsv_keeps_a_row_on_one_line() -> None:
    assert tsv([Table((Column("a"),), ((cell("two\nlines\tand a tab"),),))]) == "two lines and a tab\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a", "b"], "a\nb\n"),
        ([{"x": 1, "y": None}, {"x": True, "y": [1]}], "1\t\ntrue\t[1]\n"),
        ("one", "one\n"),
        ([["a", 2]], "a\t2\n"),
        (None, "\n"),
    ],
)
def test_queried_values_as_tsv_are_what_az_prints(value: object, expected: str) -> None:
    assert data(value, Output.TSV) == expected  # type: ignore[arg-type]


def test_json_keeps_letters_of_every_language() -> None:
    assert json.loads(data({"a": "überall"}, Output.JSON)) == {"a": "überall"}
    assert "überall" in data({"a": "überall"}, Output.JSON)


def test_yaml_keeps_the_order_of_keys() -> None:
    assert data({"b": 1, "a": 2}, Output.YAML) == "b: 1\na: 2\n"


def test_a_query_finds_what_jmespath_finds() -> None:
    assert query({"regions": [{"region": "eastus2"}]}, "regions[].region") == ["eastus2"]


def test_a_query_that_does_not_parse_is_a_usage_error_with_an_example() -> None:
    with pytest.raises(UsageError) as raised:
        query({}, "regions[")

    assert raised.value.code == "query-invalid"
    assert "regions[].region" in (raised.value.hint or "")


HOSTILE = "a\x1b[2J\u202eb\x9b\x7f"


@pytest.mark.parametrize(
    "said",
    [
        shown(Line(HOSTILE)),
        shown(Table((Column("x"),), ((cell(HOSTILE),),))),
        shown(Table((Column("x"), Column("y"), Column("z", narrow=Narrow.SPILL)),
                    ((cell("a"), cell("b"), cell(HOSTILE * 9)),)), width=20),
        tsv([Table((Column("x"),), ((cell(HOSTILE),),))]),
        data(HOSTILE, Output.TSV),
        data({"x": HOSTILE}, Output.JSON),
        data({"x": HOSTILE}, Output.YAML),
    ],
    ids=["line", "cell", "spilt", "tsv", "tsv-value", "json", "yaml"],
)  # fmt: skip
def test_nothing_that_others_said_moves_the_cursor_or_turns_a_line(said: str) -> None:
    assert not UNSEEN.search(said)
    assert "[2J" in said


@pytest.mark.parametrize("output", [Output.JSON, Output.YAML])
def test_data_keeps_what_cannot_be_seen(output: Output) -> None:
    value = {"x": HOSTILE + "\U000e0041é"}

    read = json.loads if output is Output.JSON else yaml.safe_load

    assert read(data(value, output)) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.04, "40 ms"),
        (0.9999, "1.0 s"),
        (9.96, "10.0 s"),
        (12.4, "12 s"),
        (185, "3 min 05 s"),
        (3599.6, "60 min 00 s"),
    ],
)
def test_durations_are_words(value: float | None, words: str) -> None:
    assert seconds(value) == words


def test_counts_agree_with_their_noun() -> None:
    assert (count(1, "region"), count(1200, "token"), count(2, "guess", "guesses")) == (
        "1 region",
        "1,200 tokens",
        "2 guesses",
    )


def test_every_result_has_a_view() -> None:
    named = {value for name, value in {**vars(results), **vars(outlook)}.items() if name.endswith("Result")}

    assert named | {ResolvedDocument} == set(VIEWS)


def test_a_stranger_has_no_view() -> None:
    with pytest.raises(TypeError, match="no view for object"):
        view(object())
