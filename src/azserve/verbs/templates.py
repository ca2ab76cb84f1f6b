"""`azserve templates`: the template set as files, and the api-versions that it is written for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from azserve.errors import ConfigurationError
from azserve.model.results import EjectResult, FileOutcome, FileState, VersionRow, VersionsResult
from azserve.rendering.api_versions import API_VERSIONS
from azserve.rendering.ejecting import ejected_files
from azserve.rendering.pieces import CONTEXT_VERSION
from azserve.rendering.writing import write_files


@dataclass(frozen=True, slots=True)
class EjectRequest:
    """Where to copy the set to."""

    folder: Path
    force: bool = False
    """Overwrite templates that were changed there."""


def eject(request: EjectRequest) -> EjectResult:
    """Copy the packaged templates; raises ConfigurationError rather than overwrite a changed one."""
    files = ejected_files(request.folder.name)
    done = write_files(files, request.folder, force=request.force)
    if done.refused:
        raise ConfigurationError(
            f"templates in `{request.folder}` were changed: " + ", ".join(f"`{path}`" for path in done.refused[:3]),
            code="template-changed",
            hint="nothing was written; eject to another folder and compare, or pass `--force` to lose the changes",
        )
    states = dict.fromkeys(done.written, FileState.WRITTEN)
    outcomes = tuple(
        FileOutcome(file.path, states.get(file.path, FileState.UNCHANGED), len(file.text.encode())) for file in files
    )
    return EjectResult(request.folder, CONTEXT_VERSION, outcomes)


def versions() -> VersionsResult:
    """Return the api-version of every resource type that azserve writes."""
    return VersionsResult(
        tuple(VersionRow(row.type, row.version, row.allowed, row.source, row.as_of) for row in API_VERSIONS.values())
    )
