"""The data of server-sent events, out of bytes cut anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

EVENT_LIMIT = 4 * 1024 * 1024
"""Bytes of one event: a chunk is a few hundred."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventTooLong(ValueError):
    """A line that does not end."""


def event_data(parts: Iterable[bytes]) -> Iterator[str]:
    """Yield the data of each event as soon as its line is whole.

    The API sends one line of data per event and names no event, so a line is taken for an event, whether an empty line
    follows or not; comments and other fields are passed over. Lines end in LF, CR or both. A last line without an end
    is yielded too. Raises EventTooLong.
    """
    for line in _lines(parts):
        if line.startswith(b"data:"):
            yield line[5:].strip().decode(errors="replace")


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    begun = False
    for part in parts:
        lines = part.splitlines(keepends=True)
        for line in lines:
            held.append(line)
            size += len(line)
            if size > EVENT_LIMIT:
                raise EventTooLong(f"an event is longer than {EVENT_LIMIT // 2**20} MiB")
            if line.endswith((b"\n", b"\r")):
                whole = b"".join(held)
                yield whole if begun else whole.removeprefix(BYTE_ORDER_MARK)
                begun = True
                held.clear()
                size = 0
    if held:
        whole = b"".join(held)
        yield whole if begun else whole.removeprefix(BYTE_ORDER_MARK)
