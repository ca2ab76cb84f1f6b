"""An artifact on disk: written whole or not at all, never over someone else's work, never outside its folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from azserve.errors import UsageError
from azserve.model.artifact import Artifact, RenderedFile
from azserve.rendering.render import BICEP_MARK, GENERATOR

_READABLE: Final = 0o644


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """What became of each file, as paths inside the folder. Where any is refused, none is written."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Already there with the same bytes; not touched, modification time included."""
    refused: tuple[str, ...] = ()
    """There, different, and not written by azserve."""


class DifferenceKind(StrEnum):
    """How a file on disk departs from what would be rendered."""

    MISSING = "missing"
    DIFFERENT = "different"
    LEFT_OVER = "left-over"
    """Rendered for this fleet before, and no longer part of it: a pipeline would still deploy it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as it would be rendered."""

    path: str
    kind: DifferenceKind
    line: int | None = None
    """The first line that differs, counted from 1; None unless the kind is DIFFERENT."""


def write_artifact(artifact: Artifact, out_dir: Path, *, force: bool = False) -> WrittenFiles:
    """Write every file that is new or changed, each one in a single step.

    `force` overwrites what azserve did not write. Raises UsageError where a path leads outside `out_dir` or the
    folder cannot be written.
    """
    return write_files(artifact.files, out_dir, force=force, foreign=_foreign)


def write_files(
    files: Sequence[RenderedFile], out_dir: Path, *, force: bool, foreign: Callable[[Path], bool]
) -> WrittenFiles:
    """Write as `write_artifact` does; `foreign` tells what must not be overwritten unless `force` says so."""
    with _readable(out_dir):
        changed = _changed(files, out_dir)
    different = {file.path for file, _ in changed}
    unchanged = tuple(file.path for file in files if file.path not in different)
    refused = () if force else tuple(file.path for file, target in changed if foreign(target))
    if refused:
        return WrittenFiles(unchanged=unchanged, refused=refused)
    for file, target in changed:
        _replace(target, file.text)
    return WrittenFiles(written=tuple(file.path for file, _ in changed), unchanged=unchanged)


@contextmanager
def _readable(out_dir: Path) -> Iterator[None]:
    """Raise UsageError where a folder cannot be looked into."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # before Python 3.13, links that lead in a circle are a RuntimeError
        raise UsageError(
            f"`{out_dir}` cannot be read: {getattr(error, 'strerror', None) or error}",
            code="unreadable",
            hint="choose another folder",
            where=str(out_dir),
        ) from error


def _changed(files: Sequence[RenderedFile], out_dir: Path) -> list[tuple[RenderedFile, Path]]:
    """Return the files that are not there as they should be, each with its place."""
    folders: dict[str, Path] = {}
    placed = [(file, _target(out_dir, file, folders)) for file in files]
    return [(file, target) for file, target in placed if not _same(target, file)]


def check_artifact(artifact: Artifact, out_dir: Path) -> tuple[Difference, ...]:
    """Return how the folder departs from the artifact, by path; empty where a render would change nothing."""
    with _readable(out_dir):
        found = [difference for file in artifact.files if (difference := _difference(out_dir, file))]
    folders = {Path(file.path).parent for file in artifact.files}
    for path in _rendered_beside(folders, out_dir):
        relative = path.relative_to(out_dir)
        if relative.parent not in folders and _fleet(path) == str(artifact.fleet_id):
            found.append(Difference(relative.as_posix(), DifferenceKind.LEFT_OVER))
    return tuple(sorted(found, key=lambda difference: difference.path))


def _rendered_beside(folders: Iterable[Path], out_dir: Path) -> Iterator[Path]:
    """Yield the files, in folders next to these, that azserve may have rendered for a region."""
    for above in {folder.parent for folder in folders}:
        for pattern in ("*/*.bicep", "*/*.bicepparam", "*/main.json", "*/region*.json"):
            yield from (path for path in (out_dir / above).glob(pattern) if path.is_file())


def _difference(out_dir: Path, file: RenderedFile) -> Difference | None:
    target = _target(out_dir, file)
    if not target.is_file():
        return Difference(file.path, DifferenceKind.MISSING)
    if _same(target, file):
        return None
    there, wanted = target.read_bytes().split(b"\n"), file.text.encode().split(b"\n")
    line = next((at for at, pair in enumerate(zip(there, wanted, strict=False)) if pair[0] != pair[1]), None)
    first = min(len(there), len(wanted)) if line is None else line
    return Difference(file.path, DifferenceKind.DIFFERENT, first + 1)


def _target(out_dir: Path, file: RenderedFile, folders: dict[str, Path] | None = None) -> Path:
    """Return where a file goes, symbolic links on the way followed; `folders` remembers where each leads."""
    above, _, name = file.path.rpartition("/")
    found = (folders or {}).get(above)
    if found is None:
        root = out_dir.resolve()
        found = (root / above).resolve()
        if not found.is_relative_to(root):
            raise UsageError(
                f"`{file.path}` would be written outside `{out_dir}`",
                code="outside-out",
                hint="a link inside the folder leads out of it; remove the link or choose another `--out`",
                where=str(found),
            )
        if folders is not None:
            folders[above] = found
    return found / name


def _same(target: Path, file: RenderedFile) -> bool:
    return target.is_file() and target.read_bytes() == file.text.encode()


def _foreign(target: Path) -> bool:
    """Whether something is there that azserve did not write."""
    if not target.exists() and not target.is_symlink():
        return False
    if not target.is_file():
        return True
    return _fleet(target) is None


def _fleet(target: Path) -> str | None:
    """Return the fleet that a file was rendered for; None where azserve did not write it."""
    if target.suffix in {".bicep", ".bicepparam"}:
        first = target.read_bytes().partition(b"\n")[0].decode(errors="replace")
        return first.removeprefix(f"{BICEP_MARK} for ").split(" ")[0] if first.startswith(BICEP_MARK) else None
    try:
        document = json.loads(target.read_bytes())
    except (ValueError, RecursionError):
        return None
    for marked in (document, *_members_of(document, "parameters").values()):
        mark = _members_of(_members_of(marked, "metadata"), "_generator")
        if mark.get("name") == GENERATOR:
            return str(mark.get("fleet"))
    return None


def _members_of(value: object, name: str) -> Mapping[str, object]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _replace(target: Path, text: str) -> None:
    """Put a file in place in one step, so that no reader ever sees half of it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as draft:
                draft.write(text.encode())
            Path(unfinished).chmod(_READABLE)
            Path(unfinished).replace(target)
        except OSError:
            Path(unfinished).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(
            f"`{target}` cannot be written: {error.strerror}",
            code="unwritable",
            hint="choose another folder with `--out`",
            where=str(target),
        ) from error
