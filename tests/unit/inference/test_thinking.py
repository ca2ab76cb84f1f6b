"""However a text is cut, its thinking and its answer are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.inference.text import AnswerText, Characters, split_thinking
from azserve.inference.thinking import ThinkingSplitter
from azserve.model.chat import ThinkingDelta

CASES = [
    ("<think>Okay.</think>7,000", "Okay.", "7,000"),
    ("<think>\nOkay, so…\n</think>\n\nAbout **7,000**.\n", "Okay, so…", "About **7,000**.\n"),
    ("<think>never closed", "never closed", ""),
    ("<think></think>at once", None, "at once"),
    ("<think>\n\n</think>\n\nat once", None, "at once"),
    ("no thinking at all", None, "no thinking at all"),
    ("  leading space stays", None, "  leading space stays"),
    ("\n<think>after a blank line</think>yes", "after a blank line", "yes"),
    ("The tag <think> opens, </think> closes.", None, "The tag <think> opens, </think> closes."),
    ("<think>a <think> inside</think>b</think>c", "a <think> inside", "b</think>c"),
    ("<think>x < y </thin </think>z", "x < y </thin", "z"),
    ("<thin", None, "<thin"),
    ("<thinking>no</thinking>", None, "<thinking>no</thinking>"),
    ("", None, ""),
]

tagged_text = st.lists(
    st.sampled_from(["<think>", "</think>", "<th", "ink>", "</", "<", ">", " ", "\n", "a", "b c", "…", "😀"])
    | st.text(max_size=4),
    max_size=12,
).map("".join)


@st.composite
def cut_texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Draw a text, and the same cut into pieces."""
    text = draw(tagged_text)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=len(text) + 1)))
    return text, [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def joined(pieces: list[str]) -> tuple[str | None, str]:
    text = AnswerText()
    for piece in pieces:
        text.feed(content=piece, aside=None)
    text.finish()
    return text.thinking, text.answer


@pytest.mark.parametrize(("text", "thinking", "answer"), CASES, ids=[repr(text) for text, _, _ in CASES])
def test_thinking_is_set_apart(text: str, thinking: str | None, answer: str) -> None:
    assert split_thinking(text) == (thinking, answer)


@pytest.mark.parametrize("text", [text for text, _, _ in CASES])
def test_one_character_at_a_time_gives_the_same(text: str) -> None:
    assert joined(list(text)) == split_thinking(text)


@given(cut_texts())
def test_any_cut_gives_the_same_as_the_whole(drawn: tuple[str, list[str]]) -> None:
    text, pieces = drawn

    assert joined(pieces) == split_thinking(text)


@given(tagged_text)
def test_a_text_that_does_not_begin_with_the_tag_is_all_answer(text: str) -> None:
    plain = f"x{text}"

    assert split_thinking(plain) == (None, plain)


@given(st.text(), st.text())
def test_nothing_but_white_space_and_tags_is_lost(thinking: str, answer: str) -> None:
    whole = f"<think>{thinking.replace('</think>', '')}</think>{answer}"

    thought, said = split_thinking(whole)

    assert (thought or "", said) == (thinking.replace("</think>", "").strip(), answer.lstrip())


@given(cut_texts())
def test_each_piece_says_something(drawn: tuple[str, list[str]]) -> None:
    splitter = ThinkingSplitter()

    pieces = [piece for cut in drawn[1] for piece in splitter.feed(cut)] + splitter.finish()

    assert all(piece.text for piece in pieces)


def test_thinking_is_given_out_before_its_tag_closes() -> None:
    splitter = ThinkingSplitter()
    splitter.feed("<think>")

    assert splitter.feed("first words, ") == [ThinkingDelta("first words,")]
    assert splitter.feed("then more") == [ThinkingDelta(" then more")]


def test_a_long_run_of_white_space_is_looked_at_once() -> None:
    pieces = ["<think>x", *[" " * 8] * 20_000, "</think>y"]

    assert joined(pieces) == ("x", "y")


def test_halves_of_a_character_are_joined_across_pieces() -> None:
    assert joined(["say \ud83d", "\ude00 now"]) == (None, "say 😀 now")


@pytest.mark.parametrize("pieces", [["a\ud83d"], ["a", "\ude00"], ["a\ud83d", ""]])
def test_half_a_character_that_stays_alone_is_replaced(pieces: list[str]) -> None:
    assert joined(pieces) == (None, "a\ufffd")


@given(st.text(st.characters(codec=None), max_size=20), st.integers(0, 20))
def test_whatever_comes_can_be_written_down(text: str, cut: int) -> None:
    characters = Characters()

    whole = characters.feed(text[:cut]) + characters.feed(text[cut:]) + characters.finish()

    assert whole.encode().decode() == whole


def test_reasoning_content_is_thinking() -> None:
    text = AnswerText()

    text.feed(content="", aside="Okay,")
    text.feed(content=None, aside=" so.\n")
    text.feed(content="7,000", aside=None)
    text.finish()

    assert (text.thinking, text.answer) == ("Okay, so.", "7,000")


@pytest.mark.parametrize("odd", [7, ["a"], {"text": "a"}, True, None])
def test_content_that_is_no_text_counts_as_none(odd: object) -> None:
    text = AnswerText()

    assert text.feed(content=odd, aside=odd) == []


def test_half_a_character_at_the_end_of_reasoning_content_is_replaced() -> None:
    text = AnswerText()
    text.feed(content=None, aside="so\ud83d")
    text.finish()

    assert text.thinking == "so\ufffd"
