"""`azserve render`: write templates, with no sign-in and no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from azserve.model.artifact import Artifact
from azserve.model.catalogue import Catalogue
from azserve.model.results import FileOutcome, FileState, RenderResult
from azserve.model.settings import Settings
from azserve.planning import place
from azserve.rendering import TemplateSet, check_artifact, write_artifact
from azserve.rendering import render as render_placement
from azserve.surveying import offline_facts


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What to render and where to put it."""

    settings: Settings
    catalogue: Catalogue
    now: datetime
    out: Path
    force: bool = False
    """Overwrite files that azserve did not write."""
    check: bool = False
    """Compare with what is on disk and write nothing."""


def render(request: RenderRequest) -> RenderResult:
    """Render the regions that the published facts choose, and write or compare the files.

    Raises Refused where the published facts allow no choice, and ConfigurationError where files are in the way.
    """
    facts = offline_facts(request.settings, request.catalogue, request.now)
    placement = place(request.settings, request.catalogue, facts, request.now.date())
    artifact = render_placement(placement, TemplateSet.load(request.settings.templates))
    outcomes = _compared(artifact, request) if request.check else _written(artifact, request)
    return RenderResult(
        fleet_id=placement.fleet_id,
        out=request.out,
        regions=tuple(estate.region for estate in placement.estates),
        files=outcomes,
        warnings=placement.warnings,
    )


def _written(artifact: Artifact, request: RenderRequest) -> tuple[FileOutcome, ...]:
    result = write_artifact(artifact, request.out, force=request.force)
    written = set(result.written)
    return tuple(
        FileOutcome(
            file.path,
            FileState.WRITTEN if file.path in written else FileState.UNCHANGED,
            len(file.text.encode()),
        )
        for file in artifact.files
    )


def _compared(artifact: Artifact, request: RenderRequest) -> tuple[FileOutcome, ...]:
    differences = {difference.path: difference for difference in check_artifact(artifact, request.out)}
    return tuple(
        FileOutcome(
            file.path,
            _difference_state(differences[file.path].missing) if file.path in differences else FileState.UNCHANGED,
            len(file.text.encode()),
        )
        for file in artifact.files
    )


def _difference_state(missing: bool) -> FileState:  # noqa: FBT001
    return FileState.MISSING if missing else FileState.DIFFERS
