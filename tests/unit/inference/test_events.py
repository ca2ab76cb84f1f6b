"""Server-sent events out of bytes cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.inference.events import EVENT_LIMIT, EventTooLong, event_data


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_any_way(end: bytes) -> None:
    assert list(event_data([b"data: one", end, end, b"data:two" + end])) == ["one", "two"]


def test_events_need_no_empty_line_between_them() -> None:
    assert list(event_data([b"data: one\ndata: two\n"])) == ["one", "two"]


def test_comments_and_other_fields_are_passed_over() -> None:
    assert list(event_data([b": keep-alive\nevent: message\nid: 1\nretry: 3\ndata: one\n\n"])) == ["one"]


def test_a_last_line_without_an_end_counts() -> None:
    assert list(event_data([b"data: one\n\ndata: [DONE]"])) == ["one", "[DONE]"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert list(event_data([b"\xef\xbb", b"\xbfdata: one\n"])) == ["one"]


def test_a_byte_order_mark_alone_is_nothing() -> None:
    assert list(event_data([b"\xef\xbb\xbf"])) == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_line_ends_end_a_line(separator: str) -> None:
    assert list(event_data([f'data: "a{separator}b"\n'.encode()])) == [f'"a{separator}b"']


def test_an_event_is_there_before_the_next_one_is_sent() -> None:
    sent = []

    def parts() -> Iterator[bytes]:
        for part in (b"data: one\n", b"data: two\n"):
            sent.append(part)
            yield part

    assert next(event_data(parts())) == "one"
    assert sent == [b"data: one\n"]


def test_a_line_that_does_not_end_is_given_up() -> None:
    endless = (b"data: " + b"x" * 65536 for _ in range(EVENT_LIMIT // 65536 + 2))

    with pytest.raises(EventTooLong, match="longer than 4 MiB"):
        list(event_data(endless))


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])).map(str.strip), max_size=6),
    st.data(),
)
def test_any_cut_gives_the_same_events(said: list[str], data: st.DataObject) -> None:
    stream = "".join(f"data: {text}\r\n\r\n" for text in said).encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    parts = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    # `bytes.strip` knows ASCII's white space only, so a text may keep more of its own than `str.strip` would.
    assert list(event_data(parts)) == [text.encode().strip().decode() for text in said]
