"""Who may reach and use what a template makes: said, and not left to a default."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from azserve.errors import Severity
from azserve.model.names import FLEET_TAG
from azserve.rendering.checks.check import Check, Hit, Subject
from azserve.rendering.checks.document import Written, entries, texts_of
from azserve.rendering.checks.published import PUBLISHED

_TYPES: Final = "Azure/bicep-types-az of 2026-08-20"
_OURS: Final = "azserve's own rule"
_ROLES: Final = "Microsoft Learn, Azure built-in roles; general knowledge"
_AS_OF: Final = date(2026, 11, 22)
_ACCOUNT: Final = "Microsoft.CognitiveServices/accounts"
_VAULT: Final = "Microsoft.KeyVault/vaults"
_WORKSPACE: Final = "Microsoft.MachineLearningServices/workspaces"
_REACHED: Final = (_ACCOUNT, _WORKSPACE, "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults")
_ASSIGNMENT: Final = "Microsoft.Authorization/roleAssignments"
_TOO_MUCH: Final = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}


def _spelling(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        found = each.get("identity.type")
        if not isinstance(found, str) or "," not in found:
            continue
        spaced = each.kind.startswith(_ACCOUNT.lower())
        wanted = "SystemAssigned, UserAssigned" if spaced else "SystemAssigned,UserAssigned"
        if each.kind.startswith((_ACCOUNT.lower(), _WORKSPACE.lower())) and found != wanted:
            yield Hit(f"{each.path}.identity.type", f"this provider spells it `{wanted}`")


def _identities(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        found = each.get("identity.type")
        named = each.has("identity.userAssignedIdentities")
        if isinstance(found, str) and ("userassigned" in found.lower()) is not named:
            missing = "names none" if "userassigned" in found.lower() else "is not of that type"
            yield Hit(f"{each.path}.identity", f"the identity has user-assigned ones in one member and {missing}")


def _public(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(*_REACHED):
        if not each.has("properties.publicNetworkAccess"):
            yield Hit(each.path, f"`{each.type}` leaves open whether the internet reaches it")


def _walls(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(*_REACHED):
        closed = str(each.get("properties.publicNetworkAccess")).lower() == "disabled"
        if closed and str(each.get("properties.networkAcls.defaultAction")).lower() == "allow":
            yield Hit(f"{each.path}.properties", "public access is disabled, and every address is allowed")


def _isolation(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(_WORKSPACE):
        if str(each.get("kind")).lower() == "hub" and not each.has("properties.managedNetwork.isolationMode"):
            yield Hit(each.path, "the hub leaves open how its managed network is isolated")


def _local_auth(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(_ACCOUNT):
        if not each.has("properties.disableLocalAuth"):
            yield Hit(each.path, "the account leaves open whether keys work")


def _subdomain(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(_ACCOUNT):
        if not each.has("properties.customSubDomainName"):
            yield Hit(each.path, "the account has no subdomain")


def _restore(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(_ACCOUNT):
        switch = texts_of(entries(each.raw.get("properties")).get("restore"), "")
        given = {name.lower(): value for name, value in each.scope.parameters.items()}
        on = any(given.get(name.lower()) is True for text in switch for name in text.parameters)
        if on or each.get("properties.restore") is True:
            yield Hit(f"{each.path}.properties.restore", "the account is restored every time")
    for each in subject.document.of_type(_VAULT):
        switch = texts_of(entries(each.raw.get("properties")).get("createMode"), "")
        given = {name.lower(): value for name, value in each.scope.parameters.items()}
        on = any(given.get(name.lower()) is True for text in switch for name in text.parameters)
        if on or each.get("properties.createMode") == "recover":
            yield Hit(f"{each.path}.properties.createMode", "the key vault is recovered every time")


def _role(each: Written) -> str:
    found = each.get("properties.roleDefinitionId")
    return (
        found if isinstance(found, str) else str(entries(each.raw.get("properties")).get("roleDefinitionId"))
    ).lower()


def _owner(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(_ASSIGNMENT):
        for role_id, name in _TOO_MUCH.items():
            if role_id in _role(each):
                yield Hit(f"{each.path}.properties.roleDefinitionId", f"the role is {name}")


def _principal_type(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.of_type(_ASSIGNMENT):
        principal = str(entries(each.raw.get("properties")).get("principalId"))
        if not each.has("properties.principalType") and "deployer()" not in principal:
            yield Hit(each.path, "the assignment does not say what kind of principal it is for")


def _tagged(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        published = PUBLISHED.get(each.kind)
        if published is None or not published.tagged:
            continue
        if not each.has("tags"):
            yield Hit(each.path, f"`{each.type}` has no tags")
        elif subject.document.ours and each.get("tags") is not None and FLEET_TAG not in entries(each.get("tags")):
            yield Hit(f"{each.path}.tags", f"the tag `{FLEET_TAG}` is not there",
                      hint="azserve tells by it what it owns: render again")  # fmt: skip


CHECKS: Final = (
    Check("identity-spelling", "the type of an identity is spelled as its provider spells it",
          "one provider wants a space after the comma, the other refuses it",
          "mend the spelling", _spelling, _TYPES, _AS_OF),
    Check("identity-members", "user-assigned identities are named where the type says so, and only there",
          "Azure refuses one without the other", "add `userAssignedIdentities`, or change the type",
          _identities, _TYPES, _AS_OF),
    Check("public-access-undecided", "whether the internet reaches a resource is said",
          "the default is open, and has changed between api-versions",
          "set `publicNetworkAccess` to `Enabled` or `Disabled`", _public, _OURS, _AS_OF),
    Check("public-access-contradicted", "network rules agree with public access",
          "the day somebody enables public access, every address is let in",
          "set `networkAcls.defaultAction` to `Deny`", _walls, _OURS, _AS_OF, Severity.WARNING),
    Check("isolation-undecided", "a hub says how its managed network is isolated",
          "a managed network cannot be switched off again", "set `managedNetwork.isolationMode`",
          _isolation, _OURS, _AS_OF),
    Check("local-auth-undecided", "an account says whether keys work", "the default lets keys in",
          "set `disableLocalAuth`", _local_auth, _OURS, _AS_OF),
    Check("subdomain-missing", "an account has a custom subdomain",
          "Entra sign-in, projects and private endpoints need one, and it cannot be changed later",
          "set `customSubDomainName`", _subdomain, "Microsoft Learn, custom subdomains; general knowledge", _AS_OF),
    Check("restore-committed", "no template restores a deleted account or key vault",
          "the second deployment fails, for there is nothing left to restore",
          "restore once, by hand or by a parameter, and leave it out", _restore, _OURS, _AS_OF),
    Check("role-too-strong", "no role that can give roles away is assigned",
          "whoever has it can give itself everything", "assign the role that the work needs", _owner, _ROLES, _AS_OF),
    Check("principal-type-missing", "a role assignment says what kind of principal it is for",
          "Azure looks a new principal up too early and fails", "set `principalType`",
          _principal_type, _ROLES, _AS_OF, Severity.WARNING),
    Check("tags-missing", "what takes tags has them", "nobody can tell whose it is",
          "pass `tags` to every resource", _tagged, _OURS, _AS_OF),
)  # fmt: skip
