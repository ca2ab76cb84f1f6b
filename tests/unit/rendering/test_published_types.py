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
from azserve.rendering.api_versions import API_VERSIONS
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet

ROOT = Path(__file__).parents[3]
REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE", ROOT.parent / "shared" / "azure"))
TYPES = REFERENCE / "spec" / "newer-types-bicep.json"
RESOURCES = REFERENCE / "spec" / "resources-2024-07-01.json"

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
        return str(written).lower() in closed[1].lower().split("|")  # ARM ignores case; Bicep, too, writes `inner`
    known = {"string": str, "boolean": bool, "integer": int}
    return isinstance(written, known[declared]) if declared in known else True


ALL = (estates.MIXED, estates.SERVERLESS, estates.SERVERLESS_WHOLE, estates.FOUNDRY_WHOLE)


@pytest.mark.parametrize("estate", ALL, ids=["mixed", "serverless", "all around a hub", "all around an account"])
def test_every_member_that_is_written_is_published_and_writable(estate: RegionEstate) -> None:
    found = [(each, published(each)) for each in render_region(estate, TemplateSet()).resources]

    wrong = [
        complaint
        for each, declared in found
        if declared is not None
        for complaint in complaints(each.body, declared, each.id.type)
    ]

    assert wrong == []


def from_specification(node: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a definition of a Swagger file in the form of the distilled types, one level of references at a time."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return from_specification(definitions[name], definitions) if name in definitions else "any"
    if "properties" in node or "allOf" in node:
        members: dict[str, Any] = {}
        for above in node.get("allOf", ()):
            found = from_specification(above, definitions)
            members |= found if isinstance(found, Mapping) else {}
        required = node.get("required", ())
        for name, each in node.get("properties", {}).items():
            marks = " (readOnly)" if each.get("readOnly") else " (required)" if name in required else ""
            members[name + marks] = from_specification(each, definitions)
        return members
    if "enum" in node:
        return f"enum({'|'.join(node['enum'])})"
    if node.get("type") == "array":
        return [from_specification(node["items"], definitions)]
    return {"*": "any"} if node.get("type") == "object" else node.get("type", "any")


FRAME = {"type", "apiVersion", "name", "dependsOn", "scope", "condition", "comments"}
"""What every resource of a template has around the body that is sent."""
DEPLOYED_ELSEWHERE = {"subscriptionId", "resourceGroup"}
"""What only a deployment inside a template has."""


@pytest.mark.skipif(not RESOURCES.is_file(), reason="the reference material about the real Azure is not here")
@pytest.mark.parametrize(
    ("kind", "definition"),
    [("Microsoft.Resources/resourceGroups", "ResourceGroup"), ("Microsoft.Resources/deployments", "Deployment")],
)
def test_groups_and_deployments_have_the_members_of_their_specification(kind: str, definition: str) -> None:
    definitions = json.loads(RESOURCES.read_text())["definitions"]
    declared = from_specification(definitions[definition], definitions)
    written = [each for estate in ALL for each in with_nested(render_region(estate, TemplateSet()).wrapper)]
    bodies = [
        {name: value for name, value in each.items() if name not in FRAME | DEPLOYED_ELSEWHERE}
        for each in written
        if each["type"] == kind
    ]

    assert bodies
    assert [each for body in bodies for each in complaints(body, declared, kind)] == []


def with_nested(template: Any) -> Iterator[Any]:
    """Yield every resource of a template and of those inside it."""
    for each in (template or {}).get("resources", ()):
        yield each
        yield from with_nested(each.get("properties", {}).get("template"))


def written_types() -> set[str]:
    """Every type that azserve writes."""
    return {each["type"] for estate in ALL for each in with_nested(render_region(estate, TemplateSet()).wrapper)}


COMPARED = {
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.CognitiveServices/accounts/deployments",
    "Microsoft.CognitiveServices/accounts/projects",
    "Microsoft.MachineLearningServices/workspaces",
    "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions",
    "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints",
    "Microsoft.Resources/deployments",
    "Microsoft.Resources/resourceGroups",
}
"""What the tests above hold against a specification, at the pinned api-version."""
NOT_COMPARED = {
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.CognitiveServices/accounts/raiBlocklists",
    "Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems",
    "Microsoft.CognitiveServices/accounts/raiPolicies",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.KeyVault/vaults",
    "Microsoft.KeyVault/vaults/secrets",
    "Microsoft.MachineLearningServices/workspaces/connections",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Storage/storageAccounts",
}
"""What no specification at hand has: shapes from samples, Azure's template reference and general knowledge."""


def test_every_type_is_either_compared_or_said_not_to_be() -> None:
    types: Mapping[str, Any] = json.loads(TYPES.read_text())
    pinned = {row.type for row in API_VERSIONS.values() if f"{row.type}@{row.version}" in types}

    assert written_types() == COMPARED | NOT_COMPARED
    assert pinned == {kind for kind in COMPARED if not kind.startswith("Microsoft.Resources/")}


def test_the_table_of_versions_claims_published_types_only_where_they_were_compared() -> None:
    claimed = {
        row.type for row in API_VERSIONS.values() if row.source.startswith(("bicep-types-az", "azure-rest-api-specs"))
    }

    assert claimed == COMPARED


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
