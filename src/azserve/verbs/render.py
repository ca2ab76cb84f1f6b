"""`azserve render`: write templates, with no sign-in and no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from azserve.errors import ConfigurationError
from azserve.model.artifact import Artifact, Format, Layout
from azserve.model.catalogue import Catalogue
from azserve.model.results import FileOutcome, FileState, RenderResult
from azserve.model.settings import Settings
from azserve.model.verdict import ReasonCode
from azserve.planning.choosing import place
from azserve.rendering.render import BOTH
from azserve.rendering.render import render as render_placement
from azserve.rendering.templates import TemplateSet
from azserve.rendering.writing import DifferenceKind, check_artifact, write_artifact
from azserve.surveying.survey import offline_facts

UNASKED = frozenset({ReasonCode.UNREADABLE, ReasonCode.NO_EVIDENCE})
"""That nobody asked Azure goes without saying here: rendering is offline."""


USUAL = {Layout.REGIONS: BOTH, Layout.AZD: (Format.BICEP,)}
"""azd deploys Bicep and looks at nothing else."""


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
    formats: tuple[Format, ...] = ()
    """None named: what the layout usually has."""
    layout: Layout = Layout.REGIONS


def render(request: RenderRequest) -> RenderResult:
    """Render the regions that the published facts choose, and write or compare the files.

    Raises Refused where the published facts allow no choice, and ConfigurationError where files are in the way.
    """
    facts = offline_facts(request.settings, request.catalogue, request.now)
    placement = place(request.settings, request.catalogue, facts, request.now.date())
    formats = request.formats or USUAL[request.layout]
    artifact = render_placement(placement, TemplateSet(request.settings.templates), formats, request.layout)
    outcomes = _compared(artifact, request) if request.check else _written(artifact, request)
    return RenderResult(
        fleet_id=placement.fleet_id,
        out=request.out,
        regions=tuple(estate.region for estate in placement.estates),
        files=outcomes,
        warnings=tuple(each for each in placement.warnings if each.code not in UNASKED),
    )


def _written(artifact: Artifact, request: RenderRequest) -> tuple[FileOutcome, ...]:
    result = write_artifact(artifact, request.out, force=request.force)
    if result.refused:
        raise ConfigurationError(
            f"{len(result.refused)} of {len(artifact.files)} files in `{request.out}` were not written by azserve: "
            + ", ".join(f"`{path}`" for path in result.refused[:3]),
            code="foreign-file",
            hint="nothing was written; render to another folder, or pass `--force` to replace them",
        )
    return tuple(
        FileOutcome(
            file.path,
            FileState.WRITTEN if file.path in result.written else FileState.UNCHANGED,
            len(file.text.encode()),
        )
        for file in artifact.files
    )


STATES = {
    DifferenceKind.MISSING: FileState.MISSING,
    DifferenceKind.DIFFERENT: FileState.DIFFERS,
    DifferenceKind.LEFT_OVER: FileState.LEFT_OVER,
}


def _compared(artifact: Artifact, request: RenderRequest) -> tuple[FileOutcome, ...]:
    kinds = {difference.path: difference.kind for difference in check_artifact(artifact, request.out)}
    sizes = {file.path: len(file.text.encode()) for file in artifact.files}
    return tuple(
        FileOutcome(path, STATES[kinds[path]] if path in kinds else FileState.UNCHANGED, sizes.get(path, 0))
        for path in dict.fromkeys([*sizes, *kinds])
    )
