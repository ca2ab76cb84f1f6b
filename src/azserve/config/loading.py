"""File, environment and flags to settings: reads once, checks every environment, reports everything at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from azserve.config.building import Sound, settings_of
from azserve.config.clouds import cloud_settings
from azserve.config.complaints import Complaint, Complaints, problems_of
from azserve.config.files import read_file
from azserve.config.meaning import Sense
from azserve.config.overrides import overridden, subscription_mismatch
from azserve.config.reading import read_tree
from azserve.config.request import ConfigRequest
from azserve.config.rules import ENVIRONMENT
from azserve.config.shape import FleetShape
from azserve.config.tree import Branch, Leaf, locate, marked, merged, plain, pruned, without_key
from azserve.config.tree import Path as KeyPath
from azserve.config.variables import substitute
from azserve.config.vocabulary import Vocabulary, listed, suggestion, vocabulary
from azserve.errors import AzserveError, ConfigurationError, Problem
from azserve.model.names import FleetId
from azserve.model.resolved import OriginKind
from azserve.model.settings import PROBES, CloudSettings, Settings

_FIXED = ("fleet", "environments")
"""What an environment cannot change: together they are who the fleet is."""
_PLACEHOLDER = {"fleet": "unnamed", "endpoints": {}}
"""Stands for what a file must have and lacks, so that the rest of it can be looked at."""
_ROUNDS = 4
"""How often leaving something out may make what holds it unfit in turn: list item, list, map, the whole."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and the document they were made of."""

    settings: Settings
    shape: FleetShape
    tree: Branch


@dataclass(frozen=True, slots=True)
class _View:
    """The file as one environment sees it."""

    environment: str | None
    tree: Branch
    shape: FleetShape | None
    """None where too much is wrong to look any further."""
    cloud: CloudSettings | None
    complaints: tuple[Complaint, ...]
    problems: tuple[Problem, ...]


def load_text(request: ConfigRequest, text: bytes) -> Settings:
    """Return the settings of a document that is at hand; the request's file only names it."""
    return _loaded(request, text).settings


def plain_file(file: Path) -> dict[str, Any]:
    """Return what any YAML or JSON file of the user's holds, one mapping; raises ConfigurationError."""
    document: dict[str, Any] = plain(read_tree(read_file(file), str(file)).document)
    return document


def load_settings(request: ConfigRequest) -> Loaded:
    """Return the settings; raises ConfigurationError with every problem of the file, whatever the environment."""
    return _loaded(request, read_file(request.file))


def _loaded(request: ConfigRequest, text: bytes) -> Loaded:
    file = request.file
    reading = read_tree(text, str(file))
    environments, strange = _environments(reading.document)
    chosen, missing = _chosen(request, environments, str(file))
    view = _view(request, reading.document, chosen, environments.get(chosen or ""))
    others = [
        _view(request, reading.document, name, overlay) for name, overlay in environments.items() if name != chosen
    ]
    if missing is None:
        complaints = [*view.complaints, *strange, *(each for other in others for each in _own(other))]
        problems = [*reading.problems, *view.problems]
    else:
        complaints = [*strange, *(each for other in others for each in other.complaints)]
        problems = [*reading.problems, missing]
    found = problems_of(complaints, problems)
    if found:
        raise _refused(found, str(file))
    assert view.shape is not None
    assert view.cloud is not None
    fleet_id = FleetId(view.shape.fleet, chosen)
    sound = Sound(view.shape, view.tree, fleet_id, file, view.cloud, request.catalogue)
    return Loaded(settings_of(sound), view.shape, view.tree)


def _refused(found: tuple[Problem, ...], file: str) -> ConfigurationError:
    if len(found) == 1:
        (only,) = found
        return ConfigurationError(only.message, code=only.code, hint=only.hint, where=only.where, found=found)
    return ConfigurationError(
        f"`{file}` has {len(found)} problems",
        hint="mend them and run `azserve validate` again",
        where=file,
        found=found,
    )


def _environments(document: Branch) -> tuple[dict[str, Branch], list[Complaint]]:
    """Return the overlays by name, and what is wrong with them as such."""
    complaints = Complaints(document)
    node = document.items.get("environments")
    if node is None:
        return {}, []
    if not isinstance(node, Branch):
        complaints.about(
            ("environments",),
            "wrong-type",
            "`environments` must be a map",
            hint="write `environments: {dev: {…}, prod: {…}}`",
        )
        return {}, complaints.found
    overlays: dict[str, Branch] = {}
    for name, overlay in node.items.items():
        overlays[name] = _overlay(complaints, node, name, overlay)
    return overlays, complaints.found


def _overlay(complaints: Complaints, environments: Branch, name: str, overlay: Any) -> Branch:  # noqa: ANN401
    path: KeyPath = ("environments", name)
    if not ENVIRONMENT.match(name):
        complaints.about_key(
            path,
            "environment-name",
            f"`{name}` cannot be an environment's name",
            hint="use up to 16 lower-case letters, digits and hyphens, beginning with a letter",
        )
    empty = Branch({}, {}, environments.keys[name])
    if isinstance(overlay, Leaf) and overlay.value is None:
        return empty
    if not isinstance(overlay, Branch):
        complaints.about(
            path, "wrong-type", f"`environments.{name}` must be a map", hint="write what differs: `{ttl: 72h}`"
        )
        return empty
    for key in _FIXED:
        if key in overlay.items:
            complaints.about_key(
                (*path, key),
                "fixed-key",
                f"`environments.{name}.{key}` cannot differ by environment",
                hint="remove it: the fleet's name and the environment's say together who owns what",
            )
            overlay = without_key(overlay, key)
    changed = marked(overlay, OriginKind.OVERLAY)
    assert isinstance(changed, Branch)
    return changed


def _chosen(request: ConfigRequest, environments: dict[str, Branch], file: str) -> tuple[str | None, Problem | None]:
    """Return the environment to work for, or the problem that none, or none such, was named."""
    name = request.environment or request.variable("AZSERVE_ENV")
    where = "--env" if request.environment else "AZSERVE_ENV"
    if name is None and not environments:
        return None, None
    if name is None:
        return None, Problem(
            "environment-missing",
            f"`{file}` has environments, and none was named",
            hint=f"say which with `-e NAME` or `AZSERVE_ENV`: {listed(environments)}",
            where=file,
        )
    if name in environments:
        return name, None
    if not environments:
        return None, Problem(
            "unknown-environment",
            f"`{file}` has no environments, and `{name}` was named",
            hint="leave out `-e` and unset `AZSERVE_ENV`, or add `environments:` to the file",
            where=where,
        )
    return None, Problem(
        "unknown-environment",
        f"`{name}` is no environment of `{file}`",
        hint=suggestion(name, tuple(environments)),
        where=where,
    )


def _view(request: ConfigRequest, document: Branch, environment: str | None, overlay: Branch | None) -> _View:
    base = without_key(document, "environments")
    tree = merged(base, overlay) if overlay is not None else base
    substituted = substitute(tree, request.environ)
    tree = overridden(substituted.tree, request)
    mismatch = subscription_mismatch(tree, request)
    problems = [*substituted.problems, *([mismatch] if mismatch else [])]
    complaints = Complaints(tree, environment)
    cloud = _cloud(request, tree, problems)
    shape = _shape(request, tree, complaints)
    if shape is not None:
        Sense(shape, request.catalogue, environment, complaints).check()
    return _View(environment, tree, shape, cloud, tuple(complaints.found), tuple(problems))


def _own(view: _View) -> Iterator[Complaint]:
    """Yield what is wrong in an overlay that was not chosen; its variables may well be missing here."""
    yield from (each for each in view.complaints if each.origin.kind is OriginKind.OVERLAY)


def _cloud(request: ConfigRequest, tree: Branch, problems: list[Problem]) -> CloudSettings | None:
    located = locate(tree, ("cloud",))
    if located.absent:
        return cloud_settings("public", request, "cloud")
    if not isinstance(located.node, Leaf) or not isinstance(located.node.value, str) or located.node.unresolved:
        return None
    try:
        return cloud_settings(located.node.value, request, located.origin.detail)
    except AzserveError as error:
        problems.extend(error.problems)
        return None


def _shape(request: ConfigRequest, tree: Branch, complaints: Complaints) -> FleetShape | None:
    """Return the document's shape. What does not fit is complained about and left out, to look at the rest."""
    located = locate(tree, ("cloud",))
    cloud = str(located.node.value) if isinstance(located.node, Leaf) and not located.absent else "public"
    context = vocabulary(request.catalogue, cloud, _probes(tree))
    try:
        return FleetShape.model_validate(plain(tree), context=context)
    except ValidationError as error:
        complaints.about_shape(error)
    return _rest(tree, complaints, context)


def _probes(tree: Branch) -> tuple[str, ...] | None:
    """Return the names of probes that the file may use, None where a folder may hold any."""
    if not locate(tree, ("smoke", "probes_from")).absent:
        return None
    own = locate(tree, ("smoke", "probes"))
    return (*PROBES, *own.node.items) if isinstance(own.node, Branch) and not own.absent else PROBES


def _rest(tree: Branch, complaints: Complaints, context: Vocabulary) -> FleetShape | None:
    """Return the shape of what was not complained about.

    What is refused from here on is refused only because a part of it was left out, so nothing more is said.
    """
    out = set(complaints.left_out)
    for _ in range(_ROUNDS):
        tree = pruned(tree, out)
        try:
            return FleetShape.model_validate({**_PLACEHOLDER, **plain(tree)}, context=context)
        except ValidationError as error:
            unsaid = Complaints(tree)
            unsaid.about_shape(error)
        out = set(unsaid.left_out)
        complaints.left_out.extend(out)
    return None
