"""`azserve render`: write templates, with no sign-in and no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from azserve.errors import ConfigurationError
from azserve.model.artifact import Artifact, Format, Layout
from azserve.model.catalogue import Catalogue
from azserve.model.plan import Placement
from azserve.model.results import FileOutcome, FileState, RenderResult
from azserve.model.settings import Settings
from azserve.model.verdict import Reason, ReasonCode
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
    out: Path | None
    """None only where nothing is to be written or compared."""
    force: bool = False
    """Overwrite files that azserve did not write."""
    formats: tuple[Format, ...] = ()
    """None named: what the layout usually has."""
    layout: Layout = Layout.REGIONS


def render(request: RenderRequest) -> RenderResult:
    """Render the regions that the published facts choose, and write the files.

    Raises Refused where the published facts allow no choice, and ConfigurationError where files are in the way.
    """
    placement, artifact = rendered(request)
    assert request.out is not None
    return write(placement, artifact, request.out, force=request.force)


def write(placement: Placement, artifact: Artifact, out: Path, *, force: bool) -> RenderResult:
    """Write what was rendered. Raises ConfigurationError, and writes nothing, where foreign files are in the way."""
    return RenderResult(
        fleet_id=placement.fleet_id,
        out=out,
        regions=tuple(estate.region for estate in placement.estates),
        files=_written(artifact, out, force=force),
        warnings=told(placement),
    )


def rendered(request: RenderRequest) -> tuple[Placement, Artifact]:
    """Return where the fleet goes by what is published, and its files."""
    facts = offline_facts(request.settings, request.catalogue, request.now)
    placement = place(request.settings, request.catalogue, facts, request.now.date())
    formats = request.formats or USUAL[request.layout]
    return placement, render_placement(placement, TemplateSet(request.settings.templates), formats, request.layout)


def told(placement: Placement) -> tuple[Reason, ...]:
    """Return the warnings that say something here."""
    return tuple(each for each in placement.warnings if each.code not in UNASKED)


def _written(artifact: Artifact, out: Path, *, force: bool) -> tuple[FileOutcome, ...]:
    result = write_artifact(artifact, out, force=force)
    if result.others:
        path, fleet = next(iter(result.others.items()))
        raise ConfigurationError(
            f"`{path}` in `{out}` was rendered for `{fleet}`, and this is `{artifact.fleet_id}`",
            code="other-fleet",
            hint="nothing was written; give each fleet and environment a folder of its own with `--out`, or pass "
            "`--force` to replace its files",
        )
    if result.refused:
        raise ConfigurationError(
            f"{len(result.refused)} of {len(artifact.files)} files in `{out}` were not written by azserve: "
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


def compared(artifact: Artifact, out: Path) -> tuple[FileOutcome, ...]:
    """Return how each file on disk stands against what would be rendered."""
    kinds = {difference.path: difference.kind for difference in check_artifact(artifact, out)}
    sizes = {file.path: len(file.text.encode()) for file in artifact.files}
    return tuple(
        FileOutcome(path, STATES[kinds[path]] if path in kinds else FileState.UNCHANGED, sizes.get(path, 0))
        for path in dict.fromkeys([*sizes, *kinds])
    )
