"""An artifact on disk: written whole or not at all, never over someone else's work, never outside its folder."""

from __future__ import annotations

import json
import tempfile
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
    targets = {file: _target(out_dir, file) for file in artifact.files}
    unchanged = [file for file, target in targets.items() if _same(target, file)]
    changed = [file for file in targets if file not in unchanged]
    refused = [] if force else [file for file in changed if _foreign(targets[file])]
    if refused:
        return WrittenFiles(unchanged=_paths(unchanged), refused=_paths(refused))
    for file in changed:
        _replace(targets[file], file.text)
    return WrittenFiles(written=_paths(changed), unchanged=_paths(unchanged))


def check_artifact(artifact: Artifact, out_dir: Path) -> tuple[Difference, ...]:
    """Return how the folder departs from the artifact, by path; empty where a render would change nothing."""
    found = [difference for file in artifact.files if (difference := _difference(out_dir, file))]
    expected = {file.path for file in artifact.files}
    for region in sorted(path for path in out_dir.glob("*/region.json") if path.is_file()):
        relative = region.relative_to(out_dir).as_posix()
        if relative not in expected and _fleet(region) == str(artifact.fleet_id):
            found.append(Difference(relative, DifferenceKind.LEFT_OVER))
    return tuple(sorted(found, key=lambda difference: difference.path))


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


def _paths(files: list[RenderedFile]) -> tuple[str, ...]:
    return tuple(file.path for file in files)


def _target(out_dir: Path, file: RenderedFile) -> Path:
    """Return where a file goes, symbolic links on the way followed."""
    root = out_dir.resolve()
    folder = (root / file.path).parent.resolve()
    if not folder.is_relative_to(root):
        raise UsageError(
            f"`{file.path}` would be written outside `{out_dir}`",
            code="outside-out",
            hint="a link inside the folder leads out of it; remove the link or choose another `--out`",
            where=str(folder),
        )
    return folder / Path(file.path).name


def _same(target: Path, file: RenderedFile) -> bool:
    return target.is_file() and target.read_bytes() == file.text.encode()


def _foreign(target: Path) -> bool:
    """Whether something is there that azserve did not write."""
    if not target.exists() and not target.is_symlink():
        return False
    if not target.is_file():
        return True
    if target.suffix == ".bicep":
        return not target.read_bytes().startswith(BICEP_MARK.encode())
    return _fleet(target) is None


def _fleet(json_file: Path) -> str | None:
    """Return the fleet that a JSON file of ours was rendered for; None where it is not ours."""
    try:
        document = json.loads(json_file.read_bytes())
    except (ValueError, RecursionError):
        return None
    for place in (("metadata",), ("parameters", "location", "metadata")):
        found = document
        for name in (*place, "_generator"):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, dict) and found.get("name") == GENERATOR:
            return str(found.get("fleet"))
    return None


def _replace(target: Path, text: str) -> None:
    """Put a file in place in one step, so that no reader ever sees half of it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as draft:
            draft.write(text.encode())
        unfinished = Path(draft.name)
        try:
            unfinished.chmod(_READABLE)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"`{target}` cannot be written: {error.strerror}",
            code="unwritable",
            hint="choose another folder with `--out`",
            where=str(target),
        ) from error
