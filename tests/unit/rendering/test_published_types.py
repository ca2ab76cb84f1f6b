"""What azserve writes has the members that Azure's published types have, for the very api-versions it names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.rendering import estates

from azserve.model.estate import RegionEstate, Resource
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet

ROOT = Path(__file__).parents[3]
REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE", ROOT.parent / "shared" / "azure"))
TYPES = REFERENCE / "spec" / "newer-types-bicep.json"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not TYPES.is_file(), reason="the reference material about the real Azure is not here"),
]


def published(resource: Resource) -> Mapping[str, Any] | None:
    types: Mapping[str, Any] = json.loads(TYPES.read_text())
    found: Mapping[str, Any] | None = types.get(f"{resource.id.type}@{resource.api_version}")
    return found


def complaints(written: Any, declared: Any, path: str) -> Iterator[str]:
    """Yield what does not fit; a declared member is `name`, `name (required)` or `name (readOnly)`."""
    if written is None:
        return  # ARM takes a null for a member that is not there
    if isinstance(declared, str):
        yield from [] if fits(written, declared) else [f"{path}: {written!r} is no {declared}"]
    elif isinstance(declared, list):
        for item in written:
            yield from complaints(item, declared[0], path)
    elif "*" not in declared and isinstance(written, Mapping):
        yield from of_object(written, declared, path)


def of_object(written: Mapping[str, Any], declared: Mapping[str, Any], path: str) -> Iterator[str]:
    members = {name.partition(" ")[0]: (name, value) for name, value in declared.items()}
    for name, value in written.items():
        if name not in members:
            yield f"{path}.{name} is not published"
        elif "readOnly" in members[name][0]:
            yield f"{path}.{name} is read only"
        else:
            yield from complaints(value, members[name][1], f"{path}.{name}")
    for name, (spelled, _) in members.items():
        if "required" in spelled and "readOnly" not in spelled and name not in written and name != "name":
            yield f"{path}.{name} is required"


def fits(written: Any, declared: str) -> bool:
    closed = re.fullmatch(r"enum\((.*)\)", declared)
    if closed:
        return written in closed[1].split("|")
    known = {"string": str, "boolean": bool, "integer": int}
    return isinstance(written, known[declared]) if declared in known else True


@pytest.mark.parametrize(
    "estate",
    [estates.MIXED, estates.SERVERLESS, estates.SERVERLESS_WHOLE, estates.FOUNDRY_WHOLE],
    ids=["mixed", "serverless", "all around a hub", "all around an account"],
)
def test_every_member_that_is_written_is_published_and_writable(estate: RegionEstate) -> None:
    found = [(each, published(each)) for each in render_region(estate, TemplateSet()).resources]

    wrong = [
        complaint
        for each, declared in found
        if declared is not None
        for complaint in complaints(each.body, declared, each.id.type)
    ]

    assert wrong == []


def test_the_types_that_azserve_is_about_are_all_among_the_published_ones() -> None:
    checked = {each.id.type for each in render_region(estates.MIXED, TemplateSet()).resources if published(each)}

    assert checked == {
        "Microsoft.CognitiveServices/accounts",
        "Microsoft.CognitiveServices/accounts/deployments",
        "Microsoft.CognitiveServices/accounts/projects",
        "Microsoft.MachineLearningServices/workspaces",
        "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions",
        "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints",
    }


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"authMode": 1}, "authMode"),
        ({"endpointState": "Online"}, "read only"),
        ({"colour": "red"}, "not published"),
        ({"contentSafety": {}}, "contentSafetyStatus is required"),
    ],
)
def test_the_check_finds_a_member_that_does_not_fit(change: dict[str, Any], complaint: str) -> None:
    endpoint = render_region(estates.SERVERLESS, TemplateSet()).resources[5]
    declared = published(endpoint)
    assert isinstance(endpoint.body["properties"], Mapping)

    found = list(complaints({**endpoint.body, "properties": {**endpoint.body["properties"], **change}}, declared, "e"))

    assert len(found) == 1
    assert complaint in found[0]
