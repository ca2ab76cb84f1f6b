"""`azserve render --check`: what is wrong with templates, one's own or the fleet's, before Azure says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from azserve.errors import UsageError
from azserve.model.artifact import Artifact, RegionArtifact
from azserve.model.catalogue import Catalogue
from azserve.model.results import CheckResult, TemplateFinding
from azserve.rendering.checks import CHECKS, Complaint, Context, lint, lint_text
from azserve.verbs.render import RenderRequest, compared, rendered, told


@dataclass(frozen=True, slots=True)
class CheckFilesRequest:
    """Somebody's ARM JSON."""

    files: tuple[Path, ...]
    catalogue: Catalogue
    today: date
    ignore: frozenset[str] = frozenset()
    """Codes of checks to leave out."""


def check_files(request: CheckFilesRequest) -> CheckResult:
    """Look at templates and parameter files; raises UsageError for one that cannot be read."""
    known(request.ignore)
    context = Context(request.catalogue, request.today)
    findings = [
        found
        for path in request.files
        for found in _findings(str(path), lint_text(_bytes(path), context, request.ignore))
    ]
    return CheckResult(tuple(map(str, request.files)), len(CHECKS) - len(request.ignore), tuple(findings))


def check_rendered(request: RenderRequest, ignore: frozenset[str] = frozenset()) -> CheckResult:
    """Look at what the configuration renders to, and compare it with the folder where there is one.

    Raises Refused where the published facts allow no choice.
    """
    known(ignore)
    placement, artifact = rendered(request)
    context = Context(request.catalogue, request.now.date(), request.settings.regions.within)
    findings = [found for region in artifact.regions for found in _of_region(region, context, ignore)]
    return CheckResult(
        checked=tuple(_checked(artifact)),
        checks=len(CHECKS) - len(ignore),
        findings=tuple(findings),
        files=compared(artifact, request.out) if request.out else (),
        warnings=told(placement),
    )


def known(ignore: Iterable[str]) -> None:
    """Raise UsageError for a code that is no check's."""
    codes = {check.code for check in CHECKS}
    for code in sorted(set(ignore) - codes):
        import difflib

        near = difflib.get_close_matches(code, codes, n=1)
        raise UsageError(
            f"there is no check `{code}`",
            hint=f"did you mean `{near[0]}`?" if near else f"checks are {', '.join(sorted(codes))}",
        )


def _checked(artifact: Artifact) -> Iterator[str]:
    for region in artifact.regions:
        yield f"{region.region}/region.json"
        if region.wrapper is not None:
            yield f"{region.region}/main.json"


def _of_region(region: RegionArtifact, context: Context, ignore: frozenset[str]) -> Iterator[TemplateFinding]:
    """Yield what is wrong with a region's template, and with the wrapper round it; what both hold is told once."""
    yield from _findings(f"{region.region}/region.json", lint(region.template, context, ignore))
    if region.wrapper is not None:
        around = [each for each in lint(region.wrapper, context, ignore) if ".properties.template." not in each.path]
        yield from _findings(f"{region.region}/main.json", around)


def _findings(file: str, complaints: Iterable[Complaint]) -> Iterator[TemplateFinding]:
    for each in complaints:
        yield TemplateFinding(each.code, each.severity, file, each.path, each.message, each.hint)


def _bytes(path: Path) -> bytes:
    if path.suffix.lower() in {".bicep", ".bicepparam"}:
        raise UsageError(
            f"`{path}` is Bicep, and only ARM JSON is looked at",
            code="bicep-unread",
            hint="compile it with `az bicep build`, or leave the files out to look at what the fleet renders to",
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"`{path}` cannot be read: {error.strerror}", code="unreadable", hint="name a file that can be read"
        ) from error
