"""An artifact on disk: each file in one step, none over someone else's work, none outside the folder.

All files are drafted before the first one is put in place, so that what stops a render nearly always stops it before
anything changed: a folder that cannot be written, a full disk, an interrupt. Only the renames, one per file, stand
between the first file and the last; a render that was cut there is finished by the next one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from azserve.errors import UsageError
from azserve.model.artifact import Artifact, RenderedFile
from azserve.rendering.render import BICEP_MARK, GENERATOR, LAYOUT_FOLDER

_BICEP: Final = {".bicep", ".bicepparam"}


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """What became of each file, as paths inside the folder. Where any is refused, none is written."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Already there with the same bytes; not touched, modification time included."""
    refused: tuple[str, ...] = ()
    """There, different, and not written by azserve."""
    others: Mapping[str, str] = field(default_factory=dict)
    """There, and rendered for another fleet or environment, which is named."""


class DifferenceKind(StrEnum):
    """How a file on disk departs from what would be rendered."""

    MISSING = "missing"
    DIFFERENT = "different"
    LEFT_OVER = "left-over"
    """Rendered for this fleet before, and no longer part of it: a pipeline would still deploy it, a region that left
    the fleet or a file that its region has no more."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as it would be rendered."""

    path: str
    kind: DifferenceKind
    line: int | None = None
    """The first line that differs, counted from 1; None unless the kind is DIFFERENT."""


def write_artifact(artifact: Artifact, out_dir: Path, *, force: bool = False) -> WrittenFiles:
    """Write every file that is new or changed.

    `force` overwrites what azserve did not write, and what it wrote for another fleet. Raises UsageError where a path
    leads outside `out_dir`, a folder is in the place of a file, or the folder cannot be written.
    """
    with _readable(out_dir):
        changed = _changed(artifact.files, out_dir)
        others = {} if force else dict(_of_others(changed, str(artifact.fleet_id)))
        refused = () if force else tuple(file.path for file, target in changed if _foreign(target))
    return _write(artifact.files, changed, out_dir, refused, others)


def write_files(files: Sequence[RenderedFile], out_dir: Path, *, force: bool) -> WrittenFiles:
    """Write as `write_artifact` does, but where anything else is there it is not overwritten unless `force` says so."""
    with _readable(out_dir):
        changed = _changed(files, out_dir)
        refused = () if force else tuple(file.path for file, target in changed if _there(target))
    return _write(files, changed, out_dir, refused, {})


def _write(
    files: Sequence[RenderedFile],
    changed: Sequence[tuple[RenderedFile, Path]],
    out_dir: Path,
    refused: tuple[str, ...],
    others: Mapping[str, str],
) -> WrittenFiles:
    different = tuple(file.path for file, _ in changed)
    unchanged = tuple(file.path for file in files if file.path not in set(different))
    if refused or others:
        return WrittenFiles(unchanged=unchanged, refused=refused, others=others)
    if changed:
        _replace(changed, out_dir)
    return WrittenFiles(written=different, unchanged=unchanged)


def _of_others(changed: Iterable[tuple[RenderedFile, Path]], fleet: str) -> Iterator[tuple[str, str]]:
    """Yield what is in the way and was rendered for another fleet, or for another environment of this one."""
    for file, target in changed:
        there = _fleet(target) if target.is_file() else None
        if there not in (None, fleet):
            yield file.path, str(there)


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
    for file, target in placed:
        if target.is_dir() and not target.is_symlink():
            raise UsageError(
                f"`{file.path}` in `{out_dir}` is a folder, and a file has to go there",
                code="folder-in-the-way",
                hint="move the folder, or choose another one with `--out`; `--force` replaces files only",
                where=str(target),
            )
    return [(file, target) for file, target in placed if not _same(target, file)]


def check_artifact(artifact: Artifact, out_dir: Path) -> tuple[Difference, ...]:
    """Return how the folder departs from the artifact, by path; empty where a render would change nothing."""
    with _readable(out_dir):
        found = [difference for file in artifact.files if (difference := _difference(out_dir, file))]
    rendered = frozenset(file.path for file in artifact.files)
    for path in _beside(rendered, out_dir):
        place = PurePosixPath(path.relative_to(out_dir).as_posix())
        if _would_be_stale(place, rendered) and _fleet(path) == str(artifact.fleet_id):
            found.append(Difference(str(place), DifferenceKind.LEFT_OVER))
    return tuple(sorted(found, key=lambda difference: difference.path))


def _beside(rendered: Iterable[str], out_dir: Path) -> Iterator[Path]:
    """Yield the files, in the folders of regions and next to these, that azserve may have rendered for a region."""
    regions = {PurePosixPath(path).parent for path in rendered}
    for above in {region.parent for region in regions if region.name != LAYOUT_FOLDER}:
        for pattern in ("*/*.bicep", "*/*.bicepparam", "*/main.json", "*/region*.json"):
            yield from (path for path in (out_dir / above).glob(pattern) if path.is_file())


def _would_be_stale(place: PurePosixPath, rendered: frozenset[str]) -> bool:
    """Whether a file of this fleet has no business there: not where it was rendered in a form that is not asked for."""
    if str(place) in rendered or place.parent.name == LAYOUT_FOLDER:
        return False
    here = {PurePosixPath(path).suffix for path in rendered if PurePosixPath(path).parent == place.parent}
    if not here or place.suffix in here:
        return True
    return place.suffix == ".bicepparam" and ".bicep" in here and str(place.with_suffix(".bicep")) not in rendered


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
    return _there(target) and (not target.is_file() or _fleet(target) is None)


def _there(target: Path) -> bool:
    return target.exists() or target.is_symlink()


def _fleet(target: Path) -> str | None:
    """Return the fleet that a file was rendered for; None where azserve did not write it."""
    if target.suffix in _BICEP:
        first = target.read_bytes().partition(b"\n")[0].decode(errors="replace")
        ours = f"{BICEP_MARK} for "
        return first.removeprefix(ours).split(" ")[0] if first.startswith(ours) else None
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


def _replace(changed: Sequence[tuple[RenderedFile, Path]], out_dir: Path) -> None:
    """Draft every file, then put each one in place in one step, so that no reader ever sees half of it.

    The drafts stand in a folder that goes with them, whatever happens, and have the rights that any new file gets.
    """
    at = out_dir
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out_dir, prefix=".azserve-") as drafts:
            drafted = []
            for number, (file, target) in enumerate(changed):
                at, draft = target, Path(drafts, str(number))
                draft.write_bytes(file.text.encode())
                drafted.append((draft, target))
            for at in dict.fromkeys(target.parent for _, target in drafted):
                at.mkdir(parents=True, exist_ok=True)
            for draft, at in drafted:
                draft.replace(at)
    except OSError as error:
        raise UsageError(
            f"`{at}` cannot be written: {error.strerror}",
            code="unwritable",
            hint="choose another folder with `--out`",
            where=str(at),
        ) from error
