"""Who may do what: role assignments, and the roles of whoever operates the emulator.

Built-in roles have the same ids in every tenant (documentation of Azure RBAC, 2025). Only those that have to do with
AI fleets are here, with what of their permissions matters here; an assignment of another role is stored and grants
nothing. Whoever signs in and is not an identity made in this world holds the scenario's `permissions.operators`,
`Owner` where it does not say: somebody has to be able to begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from azserve.emulator.identity.clients import IDENTITIES
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json, Principal
from azserve.emulator.kernel.world import Stored, World

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
DEFINITIONS = "Microsoft.Authorization/roleDefinitions"

inferred(
    "identity.roles.propagation",
    "a new role assignment takes effect after the scenario's `seconds.role`, for ARM and the data plane alike; the end "
    "of one takes effect at once",
    because="documented as up to ten minutes; which side takes how long is not",
)
inferred(
    "identity.roles.unknown",
    "a role that is not among the built-in ones here grants nothing; the assignment is accepted",
    because="refusing it, as Azure refuses a role that does not exist, would be wrong for the hundreds of others",
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role: patterns of actions, `*` for any characters."""

    id: str
    name: str
    description: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        """Whether it holds an action of the control plane."""
        return _holds(self.actions, self.not_actions, action)

    def allows_data(self, action: str) -> bool:
        """Whether it holds an action on data."""
        return _holds(self.data_actions, self.not_data_actions, action)


_SEES_ROLES = "Microsoft.Authorization/roleAssignments/read"
_GENERAL = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/*/read",
)
_COGNITIVE = "Microsoft.CognitiveServices"
_OPENAI = f"{_COGNITIVE}/accounts/OpenAI"
_WORKSPACES = "Microsoft.MachineLearningServices/workspaces"
_CALLS = tuple(
    f"{_OPENAI}/deployments/{one}/action"
    for one in ("chat/completions", "completions", "embeddings", "extensions/chat/completions")
)
BUILT_IN = (
    Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", "Grants full access, and may assign roles.", ("*",)),
    Role(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        "Grants full access to manage all resources, but not to assign roles.",
        ("*",),
        ("Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"),
    ),
    Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", "View all resources, change none.", ("*/read",)),
    Role(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        "Manage access to resources.",
        ("*/read", "Microsoft.Authorization/*"),
    ),
    Role(
        "a97b65f3-24c7-4388-baec-2e87135dc908",
        "Cognitive Services User",
        "Read and list keys of Cognitive Services, and call them.",
        (f"{_COGNITIVE}/*/read", f"{_COGNITIVE}/accounts/listkeys/action", *_GENERAL),
        data_actions=(f"{_COGNITIVE}/*",),
    ),
    Role(
        "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
        "Cognitive Services Contributor",
        "Create, read, update, delete and manage keys of Cognitive Services.",
        (f"{_COGNITIVE}/*", "Microsoft.Resources/subscriptions/resourceGroups/read", *_GENERAL),
    ),
    Role(
        "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
        "Cognitive Services OpenAI User",
        "Read resources, and call models by the OpenAI routes.",
        (f"{_COGNITIVE}/*/read", _SEES_ROLES),
        data_actions=(f"{_OPENAI}/*/read", *_CALLS),
    ),
    Role(
        "a001fd3d-188f-4b5d-821b-7da978bf7442",
        "Cognitive Services OpenAI Contributor",
        "Deploy models, and call them by the OpenAI routes.",
        (
            f"{_COGNITIVE}/*/read",
            f"{_COGNITIVE}/accounts/deployments/*",
            "Microsoft.Authorization/roleAssignments/read",
        ),
        data_actions=(f"{_OPENAI}/*",),
    ),
    Role(
        "64702f94-c441-49e6-a78b-ef80e0188fee",
        "Azure AI Developer",
        "Work in a project, without managing it.",
        (
            f"{_WORKSPACES}/*/read",
            f"{_WORKSPACES}/*/action",
            f"{_WORKSPACES}/*/delete",
            f"{_WORKSPACES}/*/write",
            *_GENERAL,
        ),
        (f"{_WORKSPACES}/delete", f"{_WORKSPACES}/write", f"{_WORKSPACES}/listKeys/action"),
        (f"{_OPENAI}/*", f"{_COGNITIVE}/accounts/ContentSafety/*", f"{_COGNITIVE}/accounts/MaaS/*"),
    ),
    Role(
        "53ca6127-db72-4b80-b1b0-d745d6d5456d",
        "Azure AI User",
        "Read a Foundry resource and its projects, and call its models.",
        (f"{_COGNITIVE}/*/read", f"{_COGNITIVE}/accounts/listkeys/action", *_GENERAL),
        data_actions=(f"{_COGNITIVE}/*",),
    ),
)
_BY_ID = {role.id: role for role in BUILT_IN}
_BY_NAME = {role.name.lower(): role for role in BUILT_IN}


def allows(world: World, who: Principal, action: str, scope: Address) -> bool:
    """Whether somebody may do something of the control plane at a scope."""
    return any(role.allows(action) for role in held(world, who, scope))


def allows_data(world: World, who: Principal, action: str, scope: Address) -> bool:
    """Whether somebody may do something with data at a scope."""
    return any(role.allows_data(action) for role in held(world, who, scope))


def held(world: World, who: Principal, scope: Address) -> Iterator[Role]:
    """Yield the roles that somebody holds at a scope, those in the scenario first."""
    if not _is_made_here(world, who):
        for name in world.scenario.get("permissions", {}).get("operators", ["Owner"]):
            role = _BY_NAME.get(str(name).lower())
            if role is not None:
                yield role
    waits_s = float(world.scenario.get("seconds", {}).get("role", 0.0))
    for assignment in world.stored.of_type(ASSIGNMENTS).values():
        if str(assignment.properties["principalId"]).lower() != who.object_id.lower():
            continue
        role = _BY_ID.get(str(assignment.properties["roleDefinitionId"]).rpartition("/")[2].lower())
        if role is not None and _covers(assignment, scope) and assignment.created_at + waits_s <= world.now():
            yield role


def sees(world: World, who: Principal, subscription: str) -> bool:
    """Whether somebody holds any role in a subscription, at whatever scope, and so can see that it exists."""
    if not _is_made_here(world, who):
        return True
    within = Address(subscription).key
    return any(
        str(one.properties["principalId"]).lower() == who.object_id.lower() and one.address.key.startswith(within)
        for one in world.stored.of_type(ASSIGNMENTS).values()
    )


def shown(role: Role, scope: str) -> dict[str, Json]:
    """Return a role as `roleDefinitions` shows it at a scope."""
    return {
        "id": f"{scope}/providers/{DEFINITIONS}/{role.id}",
        "type": DEFINITIONS,
        "name": role.id,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.description,
            "assignableScopes": ["/"],
            "permissions": [permissions(role)],
        },
    }


def permissions(role: Role) -> dict[str, Json]:
    """Return what a role allows, in wire form."""
    return {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": list(role.not_data_actions),
    }


def _covers(assignment: Stored, scope: Address) -> bool:
    address = assignment.address
    at = address.scope or address.group_address or Address(address.subscription)
    return scope.key == at.key or scope.key.startswith(f"{at.key}/")


def _is_made_here(world: World, who: Principal) -> bool:
    made: Mapping[str, Stored] = world.stored.of_type(IDENTITIES)
    return any(str(one.properties.get("principalId", "")).lower() == who.object_id.lower() for one in made.values())


@lru_cache(maxsize=4096)
def _holds(held: tuple[str, ...], but: tuple[str, ...], action: str) -> bool:
    return _fits(held, action) and not _fits(but, action)


def _fits(patterns: tuple[str, ...], action: str) -> bool:
    low = action.lower()
    return any(fnmatchcase(low, pattern.lower()) for pattern in patterns)
