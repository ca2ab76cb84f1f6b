"""Files are written whole or not at all, and nothing else is harmed by it."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from azserve.cli.whole_file import require_writable, write_whole


def test_a_file_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "below" / "plan.json"
    write_whole(file, "a long text\n")
    write_whole(file, "é\n")
    assert file.read_bytes() == b"\xc3\xa9\n"
    assert [one.name for one in file.parent.iterdir()] == ["plan.json"]


def test_what_a_link_points_to_is_written_and_the_link_kept(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "plan.json", tmp_path / "plan.json"
    link.symlink_to(target)
    write_whole(link, "x")
    assert link.is_symlink()
    assert target.read_text() == "x"


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe, heard = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    listener = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    listener.start()
    require_writable(pipe)
    write_whole(pipe, "x")
    listener.join(10)
    assert heard == ["x"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
def test_a_full_device_is_an_error_and_stays_a_device() -> None:
    with pytest.raises(OSError, match="No space left"):
        write_whole(Path("/dev/full"), "x")
    assert Path("/dev/full").is_char_device()


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        require_writable(tmp_path)
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, "x")


def test_a_place_below_a_file_is_no_place_either(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        require_writable(tmp_path / "file" / "plan.json")
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        write_whole(tmp_path / "file" / "plan.json", "x")
    assert (tmp_path / "file").read_text() == "kept"


def test_looking_whether_a_file_can_be_written_leaves_it_alone(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text("kept")
    require_writable(file)
    assert file.read_text() == "kept"
    assert [one.name for one in tmp_path.iterdir()] == ["receipt.json"]


def test_a_partial_file_of_another_process_is_not_touched(tmp_path: Path) -> None:
    theirs = tmp_path / ".plan.json.1.partial"
    theirs.write_text("half")
    write_whole(tmp_path / "plan.json", "x")
    assert theirs.read_text() == "half"
