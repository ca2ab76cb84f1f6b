"""What a person asks, from the command line, a pipe and files."""

from __future__ import annotations

from pathlib import Path

from azserve.chatting import Question
from azserve.chatting.attachments import IMAGE_LIMIT, TEXT_LIMIT, TextFile, image_url, text_of
from azserve.cli.streams import Streams
from azserve.errors import UsageError

WEB = ("https://", "http://")
STDIN = "-"


def asked(
    streams: Streams, question: str | None, *, files: tuple[str, ...], images: tuple[str, ...], person: bool
) -> Question:
    """Return the first question and what goes with it.

    Its text is the argument, else what comes from stdin, and empty where a person is going to type it. Stdin is read at
    most once, and only where nothing else was asked or `-` names it: a pipe that nobody closes must not hold up a
    question that is already there. Raises UsageError for what cannot be used or is missing.
    """
    if STDIN in files and (person or streams.inp.isatty()):
        raise UsageError("`--file -` reads what is piped in, and nothing is", code="nothing-piped")
    texts = tuple(_file(streams, name) for name in dict.fromkeys(files))
    pictures = tuple(_image(name) for name in images)
    if question is None and not person:
        question = _piped(streams, taken=STDIN in files)
    if not person and not (question or "").strip():
        raise UsageError(
            "nothing was asked",
            code="question-missing",
            hint='say it on the command line, `azserve chat "…"`, or pipe it in',
        )
    return Question((question or "").strip(), texts, pictures)


def _piped(streams: Streams, *, taken: bool) -> str | None:
    if taken or streams.inp.isatty():
        return None
    return text_of("stdin", streams.read(TEXT_LIMIT + 1))


def _file(streams: Streams, name: str) -> TextFile:
    if name == STDIN:
        return TextFile("stdin", text_of("stdin", streams.read(TEXT_LIMIT + 1)))
    return TextFile(Path(name).name, text_of(name, _content(name, TEXT_LIMIT + 1)))


def _image(name: str) -> str:
    return name if name.startswith(WEB) else image_url(name, _content(name, IMAGE_LIMIT + 1))


def _content(name: str, most: int) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"`{name}` cannot be read: {reason}", code="file-unreadable") from error
