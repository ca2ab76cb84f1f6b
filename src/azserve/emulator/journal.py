"""What was asked of a local Azure, on disk, so that the same world is there after a restart: `--state DIR`.

The World follows from its seed, its scenario, and what was asked of it when. So not the world is kept but the
requests that may change it, each with its time, in one file of JSON lines; at the next start they are carried out
again. A line is with the operating system before its request is carried out, so whatever was acknowledged survives
the end of the process, `kill -9` included; a power cut may take the last seconds. The first entry holds seed and
scenario. A last line without its end was never acknowledged, and is dropped.

Not kept: reads, tokens given, chats, fault rules, the request log. Time goes on while the emulator is off. The file
holds what requests held, secure parameters too, and is readable by its owner alone.

Rejected: pickling the world (events are closures, and a changed class would lose everything); a database (a second
model of all that exists); a snapshot at the end (a killed process writes none). A reset begins a new file, which is
how an old journal is made short: ten thousand writes are carried out again in some seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from azserve.emulator.errors import EmulatorError
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal

FILE = "journal.jsonl"
VERSION = 1
_READ_BY_ARM = ("if-match", "if-none-match", "x-ms-correlation-request-id")
"""The headers that what is asked depends on; a token is never kept."""


class Journal:
    """The journal in a folder, which is made where there is none.

    Raises EmulatorError where the folder cannot be used, another emulator has it, or the file is not a journal.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._guard = _open(folder / "lock")
            self._lock()
            self._file = _open(self._path)
        except OSError as error:
            raise EmulatorError(
                f"the state folder `{folder}` cannot be used: {error.strerror or error}",
                hint="give `--state` a folder that you may write to",
            ) from error
        self.begun = False
        """Whether it tells of an earlier run."""
        self.identity = ""
        """What the managed identity endpoint wanted to see."""
        self._last_at = 0.0
        try:
            self._look_through()
        except EmulatorError:
            self.close()
            raise

    def resumes_at(self, now: datetime) -> datetime:
        """Return the emulated time to go on from: now, or later where the clock had been advanced."""
        return max(now, datetime.fromtimestamp(self._last_at, UTC))

    def _look_through(self) -> None:
        for entry in self.entries():
            self.begun = True
            self.identity = entry.get("identity", self.identity)
            self._last_at = max(self._last_at, float(entry["at"]))

    def entries(self) -> Iterator[dict[str, Json]]:
        """Yield what there is, oldest first; cuts off a last line that was not finished."""
        whole = 0
        with self._path.open("rb") as kept:
            for number, line in enumerate(kept, 1):
                if not line.endswith(b"\n"):
                    self._file.truncate(whole)
                    break
                whole += len(line)
                yield _parse(line, self._path, number)

    def begin(self, about: Mapping[str, Json]) -> None:
        """Forget all, and start with what a world follows from."""
        fresh = self._path.with_suffix(".new")
        with _open(fresh) as file:
            file.truncate(0)
            file.write(_line({"kind": "world", "version": VERSION, **about}))
            fresh.replace(self._path)
        self._file.close()
        self._file = _open(self._path)
        self.begun = True

    def note(self, entry: Mapping[str, Json]) -> None:
        """Add an entry. ArmError 507 where it cannot be written: what is not kept must not be carried out."""
        line = _line(entry)
        end = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(line)
        except OSError as error:
            raise _not_written(error.strerror or str(error)) from error
        if written != len(line):  # the disk is full: half a line would spoil the next
            self._file.truncate(end)
            raise _not_written("no space left")

    def close(self) -> None:
        """Let go of the folder."""
        self._file.close()
        self._guard.close()

    def _lock(self) -> None:
        """Keep others out; the lock goes with the process, however that ends. Windows has no such lock."""
        with contextlib.suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                self._guard.close()
                raise EmulatorError(
                    f"another emulator uses the state in `{self._path.parent}`",
                    hint="stop it, or give `--state` another folder",
                ) from error


def call_entry(call: Call, at: float) -> dict[str, Json]:
    """Return a request as the journal keeps it."""
    return {
        "kind": "call",
        "at": at,
        "method": call.method,
        "path": call.path,
        "query": dict(call.query),
        "headers": {name: call.headers[name] for name in _READ_BY_ARM if name in call.headers},
        "body": call.body,
        "base": call.base,
        "principal": asdict(call.principal) if call.principal is not None else None,
    }


def as_call(entry: Mapping[str, Json], ports: Mapping[int, int]) -> Call:
    """Return a kept request; `ports` says where what was once served at a port is served now."""
    who = entry["principal"]
    place, _, port = entry["base"].rpartition(":")
    moved = ports.get(int(port)) if port.isdigit() else None
    return Call(
        method=entry["method"],
        path=entry["path"],
        query=entry["query"],
        headers=entry["headers"],
        body=entry["body"],
        base=entry["base"] if moved is None else f"{place}:{moved}",
        principal=Principal(**who) if who is not None else None,
    )


def _open(path: Path) -> IO[bytes]:
    """Open for reading and writing, without a buffer of our own: what is written is with the operating system."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)


def _not_written(why: str) -> ArmError:
    return ArmError(507, "StateNotWritten", f"The emulator could not write its state: {why}.")


def _line(entry: Mapping[str, Json]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode("ascii") + b"\n"


def _parse(line: bytes, path: Path, number: int) -> dict[str, Json]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, number) from error
    if not isinstance(entry, dict) or "at" not in entry or (number == 1 and entry.get("version") != VERSION):
        raise _unreadable(path, number)
    return entry


def _unreadable(path: Path, number: int) -> EmulatorError:
    return EmulatorError(
        f"`{path}` line {number} is not the journal of an emulator of this version",
        hint="move the file away to start with an empty world",
    )
