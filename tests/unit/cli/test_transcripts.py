"""Conversations on disk: whole or not at all, and nobody else's lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.unit.chatting.speaking import NOBODY

from azserve.cli.transcripts import TranscriptFile
from azserve.errors import ConfigurationError
from azserve.model.talk import Turn

ONE = NOBODY.with_turn(Turn("One?", "1"))
TWO = NOBODY.with_turn(Turn("Two?", "2"))


def questions(file: Path) -> list[str]:
    return [turn["question"] for turn in json.loads(file.read_text())["turns"]]


def test_what_was_written_is_read_by_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "new" / "talk.json"

    assert TranscriptFile(file).read() is None
    assert TranscriptFile(file).write(ONE) == ()

    assert TranscriptFile(file).read() == ONE
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_run_writes_over_its_own_file_turn_by_turn(tmp_path: Path) -> None:
    kept = TranscriptFile(tmp_path / "talk.json")

    assert [kept.write(each) for each in (ONE, TWO)] == [(), ()]

    assert questions(kept.path) == ["Two?"]


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "talk.json"
    link.symlink_to("kept/real.json")

    for each in (ONE, TWO):
        kept = TranscriptFile(link)
        kept.read()
        kept.write(each)

    assert link.is_symlink()
    assert questions(tmp_path / "kept" / "real.json") == ["Two?"]


def test_a_link_that_leads_back_to_itself_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    with pytest.raises(ConfigurationError):
        TranscriptFile(tmp_path / "a").read()


def test_of_two_runs_at_once_neither_loses_its_conversation(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    first, second, third = (TranscriptFile(file) for _ in range(3))
    assert [each.read() for each in (first, second, third)] == [None, None, None]

    first.write(ONE)
    (told,) = second.write(TWO)
    third.write(TWO)
    second.write(TWO.with_turn(Turn("Three?", "3")))

    assert (told.code, "talk-2.json" in told.message) == ("transcript-moved", True)
    assert {each.name: questions(each) for each in tmp_path.iterdir()} == {
        "talk.json": ["One?"], "talk-2.json": ["Two?", "Three?"], "talk-3.json": ["Two?"],
    }  # fmt: skip


def test_a_folder_in_the_way_is_told_of_and_no_draft_stays(tmp_path: Path) -> None:
    kept = TranscriptFile(tmp_path / "talk.json")
    kept.write(ONE)
    kept.path.unlink()
    kept.path.mkdir()

    with pytest.raises(ConfigurationError, match="it is not a file"):
        kept.write(TWO)

    assert list(tmp_path.iterdir()) == [kept.path]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"{", "it is not JSON"), (b"", "it is not JSON"), (b"[" * 99999, "it is not JSON"), (b"[]", "not an object")],
    ids=["cut", "empty", "deep", "other"],
)
def test_what_holds_no_conversation_is_left_as_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "talk.json"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=words):
        TranscriptFile(file).read()

    assert file.read_bytes() == content


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ConfigurationError, match="it is not a file"):
        TranscriptFile(tmp_path / "pipe").read()


def test_a_folder_that_cannot_be_written_is_told_of_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match="could not be written"):
        TranscriptFile(tmp_path / "file" / "talk.json").read()
