"""Scenarios: what a local Azure offers, in data files.

A scenario is one JSON object; the files here build on each other. Its members, all optional:

    name, about        what it is called and shows
    extends            the shipped scenarios it is laid over, in order; `default` where it does not say, `[]` for none
    seconds            how long things take, in emulated seconds: `account`, `deployment`, `endpoint`, …
    regions            per region: `slowness` (a factor) and `seconds` of its own
    locations          what `GET /subscriptions/{id}/locations` lists
    regionSets         lists of regions under a name, for all members called `regions` or `locations`
    cognitiveServices  `models` by the name of their list entry (`model` is the entry's, in wire form), `usages` by
                       usage name (`limit`, `limits` per region, `held` by others per region, `scope` `regional` or
                       `subscription`), `skuRegions` for skus that only some regions have
    machineLearning    `serverless` models by id (regions, rate limits, `marketplacePlan` for offers of partners; null
                       or absent for models sold by Azure), `vmFamilies`, `marketplaceRefusal` to fail purchases with
    models             by model name, what the scripted model can do (read by `inference/`)
    policies           Azure Policy in small: `deny` and `modify` by type, region and property
    permissions        `operators`: the roles of whoever signs in and was not made here, `denied`: actions nobody holds,
                       as globs
    identity           `federatedCredentials`, each with `issuer` and `subject`: who signs the application in;
                       anybody's where there is no such list
    failures           what is accepted and fails in the end: `type`, `locations`, `code`, `message`
    prices             retail prices: `shared` members, and `meters` by name with `price` and `regions`
    throttling, paging, registrations
                       how ARM answers (read by `arm/`)
    inference, content_filter, mutant
                       how fast the model answers, what it filters, how it misbehaves; with `inference.from` `private`
                       clients stand in the private network (read by `inference/`)

`mutant-<name>` is shipped for every way a model can misbehave.

Laying over merges objects; lists and scalars replace; null removes. So an overlay names only what differs.

Rejected: recorded answers as data (they age silently, and may not be copied); Python builders (a user who wants
a scenario of their own should not need them); one file (the catalogue drowned the few lines that matter).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

from azserve.emulator.kernel.wire import Json

_FOLDER = Path(__file__).parent
_MUTANT = "mutant-"
MEMBERS = frozenset(
    {
        "about",
        "cognitiveServices",
        "content_filter",
        "extends",
        "failures",
        "identity",
        "inference",
        "locations",
        "machineLearning",
        "models",
        "mutant",
        "name",
        "paging",
        "permissions",
        "policies",
        "prices",
        "regionSets",
        "regions",
        "registrations",
        "seconds",
        "throttling",
    }
)


class ScenarioError(Exception):
    """A scenario that does not exist or cannot be read."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def load(name_or_path: str) -> dict[str, Json]:
    """Return a shipped scenario by name, or one from a file, with everything it is laid over.

    Raises ScenarioError for an unknown name, an unreadable file or a member there is none of.
    """
    if name_or_path in names():
        return expand(_shipped(name_or_path), what=name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        near = difflib.get_close_matches(name_or_path, names(), 1)
        raise ScenarioError(
            f"there is no scenario `{name_or_path}`",
            hint=f"did you mean `{near[0]}`?" if near else f"use one of {_listed()}, or the path of a file",
        )
    try:
        text = path.read_text(encoding="utf-8")
        return expand(json.loads(text), what=name_or_path)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ScenarioError(
            f"the scenario `{name_or_path}` cannot be read", hint=f"it should be a JSON file: {error}"
        ) from error


def expand(overlay: Json, *, what: str = "scenario") -> dict[str, Json]:
    """Return an overlay laid over what it extends; `what` names it in errors (ScenarioError)."""
    if not isinstance(overlay, Mapping):
        raise ScenarioError(f"`{what}` is not a JSON object", hint="a scenario is an object; see the shipped ones")
    for member in overlay:
        if member not in MEMBERS:
            near = difflib.get_close_matches(member, MEMBERS, 1)
            raise ScenarioError(
                f"`{what}` has a member `{member}`, which no scenario has",
                hint=f"did you mean `{near[0]}`?" if near else f"members are {', '.join(sorted(MEMBERS))}",
            )
    below: dict[str, Json] = {}
    for name in _extended(overlay, what):
        below = merge(below, expand(_shipped(name), what=name))
    merged: dict[str, Json] = merge(below, {key: value for key, value in overlay.items() if key != "extends"})
    return merged


def merge(below: Json, above: Json) -> Json:
    """Lay one JSON value over another, as RFC 7396 has it; neither is changed.

    Objects merge, null removes, all else replaces. A PATCH body is laid over a resource the same way.
    """
    if not isinstance(above, Mapping):
        return above
    merged = dict(below) if isinstance(below, Mapping) else {}
    for key, value in above.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def _listed() -> str:
    """Name the shipped scenarios in one line; the mutants are many."""
    others = [name for name in names() if not name.startswith(_MUTANT)]
    return f"{', '.join(others)}, {_MUTANT}wrong-text and other {_MUTANT}…"


def _extended(overlay: Mapping[str, Json], what: str) -> list[str]:
    extends = overlay.get("extends", ["default"])
    listed = [extends] if isinstance(extends, str) else extends
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise ScenarioError(f"`extends` of `{what}` is not a list of names", hint="name shipped scenarios")
    shipped = {path.relative_to(_FOLDER).with_suffix("").as_posix() for path in _FOLDER.rglob("*.json")}
    for name in listed:
        if name not in shipped:
            raise ScenarioError(f"`{what}` extends `{name}`, which is not shipped", hint=f"use {_listed()}")
    return listed


def _shipped(name: str) -> Json:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
