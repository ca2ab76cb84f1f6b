"""accounts: what hosts models, has keys and host names of its own, and is soft-deleted."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from types import MappingProxyType

from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import keys, lifecycle
from azserve.emulator.providers.cognitive_services import hosts, quota, soft_delete
from azserve.emulator.providers.cognitive_services.versions import API_VERSIONS
from azserve.emulator.providers.identity import identified
from azserve.emulator.providers.resource import Resource, properties_of, text_at
from azserve.emulator.providers.scenario import seconds, short

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}")
_SUBDOMAIN = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?")
_KEY_LENGTH = 84
KINDS = ("AIServices", "OpenAI")
_READ_ONLY = ("provisioningState", "endpoint", "endpoints", "internalId", "dateCreated", "isMigrated", "capabilities")

inferred(
    "cognitive.accounts.kind",
    "a kind of account that does not exist is refused with InvalidApiSetId",
    because="known from general use; the kinds besides AIServices and OpenAI exist in Azure and are not modelled here",
)
inferred(
    "cognitive.accounts.domain",
    "a taken subdomain is refused with CustomDomainInUse, 409; one that was set cannot be changed",
    because="known from general use; no body was found",
)
inferred(
    "cognitive.accounts.restore",
    "a wish to restore that says nothing else brings the account back as it was",
    because="`az cognitiveservices account recover` sends location and `restore` only (azure-cli 2.91)",
)
inferred(
    "cognitive.accounts.flag",
    "creating over a soft-deleted account is refused with FlagMustBeSetForRestore, 409",
    because="known from general use; no body was found",
)
inferred(
    "cognitive.accounts.keysoff",
    "listKeys of an account without key sign-in is refused with 400 BadRequest",
    because="known from what az prints; no body was found",
)


def busy(account: Stored) -> ArmError:
    """A write on, or below, an account that is not ready for it."""
    return ArmError(
        409,
        "AccountProvisioningStateInvalid",
        f"Call to Microsoft.CognitiveServices/accounts failed. Error message: Account {account.address} in state "
        f"{account.state}",
    )


inferred(
    "cognitive.accounts.busy",
    "a write on or below an account in an unfinished state is refused with AccountProvisioningStateInvalid, 409",
    because="users paste this code; its wording varies",
)


class Accounts(Resource):
    """`Microsoft.CognitiveServices/accounts`"""

    type = quota.ACCOUNT
    api_versions = API_VERSIONS
    blocks_deletion = ("Microsoft.CognitiveServices/accounts/projects",)

    def __init__(self, locations: tuple[str, ...]) -> None:
        self.locations = locations
        self.actions = MappingProxyType({"listkeys": list_keys, "regeneratekey": regenerate_key})

    def refuse(self, world: World, put: Put) -> None:
        """Names, kind, sku, subdomain, soft deletion, number of accounts."""
        put = _completed(world, put)
        kind, properties = _kind_of(put), properties_of(put)
        if not _NAME.fullmatch(put.address.name):
            raise ArmError(400, "AccountNameInvalid", f"The account name '{put.address.name}' is invalid.")
        if text_at(put.body, "sku", "name") != "S0":
            raise ArmError(400, "InvalidSkuId", "The account sku is either invalid or unavailable in given region.")
        _refuse_subdomain(world, put, properties.get("customSubDomainName"))
        if put.existing is not None:
            return
        _refuse_soft_deleted(world, put, restores=properties.get("restore") is True)
        quota.refuse_account(
            world,
            subscription=put.address.subscription,
            kind=kind,
            location=short(put.body["location"]),
            name=put.address.name,
        )

    def make(self, world: World, put: Put) -> Work:
        """Create, restore or replace."""
        if put.existing is not None and lifecycle.is_busy(put.existing):
            raise busy(put.existing)
        if put.existing is None:
            put = _restored(world, _completed(world, put))
        stored = lifecycle.write(world, put, _body(world, put))
        keys.give(world, stored, length=_KEY_LENGTH)
        hosts.register(world, stored)
        is_new = put.existing is None
        return lifecycle.begin(
            world,
            stored,
            state="Creating" if is_new else "Accepted",
            seconds=seconds(world, "account" if is_new else "account-update", str(stored.body["location"])),
            status=201 if is_new else 200,
            style=Style.AZURE_ASYNC,
        )

    def patchable(self, stored: Stored) -> dict[str, Json]:
        """The body without what the service fills in."""
        body = copy.deepcopy(stored.body)
        for name in _READ_ONLY:
            body["properties"].pop(name, None)
        return body

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete softly."""

        def set_aside() -> None:
            soft_delete.keep(world, stored, list(world.under(stored.address)))

        return lifecycle.begin_delete(
            world,
            stored,
            seconds=seconds(world, "account-delete", str(stored.body["location"])),
            status=202,
            style=Style.AZURE_ASYNC,
            end=set_aside,
        )


def list_keys(world: World, stored: Stored, call: Call) -> Reply:
    """POST listKeys: refused where key sign-in is off."""
    if stored.properties.get("disableLocalAuth"):
        raise ArmError(400, "BadRequest", "Failed to list key. disableLocalAuth is set to be true")
    first, second = keys.of(stored)
    return Reply(200, {"key1": first, "key2": second})


def regenerate_key(world: World, stored: Stored, call: Call) -> Reply:
    """POST regenerateKey with {"keyName": "Key1" or "Key2"}."""
    name = text_at(call.body, "keyName") or ""
    if name.lower() not in ("key1", "key2"):
        raise ArmError(400, "InvalidKeyName", f"The key name '{name}' is not valid: it should be Key1 or Key2.")
    keys.renew(world, stored, int(name[-1]) - 1)
    return list_keys(world, stored, call)


def _kind_of(put: Put) -> str:
    kind = text_at(put.body, "kind")
    if kind in KINDS:
        return str(kind)
    raise ArmError(
        400, "InvalidApiSetId", f"The account type '{kind or ''}' is either invalid or unavailable in given region."
    )


def _refuse_subdomain(world: World, put: Put, asked: Json) -> None:
    was = put.existing.properties.get("customSubDomainName") if put.existing else None
    if asked is None:
        if text_at(put.body, "kind") and properties_of(put).get("allowProjectManagement") and was is None:
            raise ArmError(
                400,
                "CustomSubDomainNameRequired",
                "A custom subdomain name is required for accounts that manage projects.",
            )
        return
    if not isinstance(asked, str) or not _SUBDOMAIN.fullmatch(asked):
        raise ArmError(400, "CustomSubDomainNameInvalid", f"Sub domain name '{asked}' is not valid")
    if was is not None and str(was).lower() != asked.lower():
        raise ArmError(400, "CannotChangeCustomSubDomain", "The custom subdomain name of a resource cannot be changed.")
    if hosts.is_taken(world, asked, by_others_than=put.address):
        raise ArmError(
            409,
            "CustomDomainInUse",
            f"Please pick a different name. The subdomain name '{asked}' is not available as it's already used by a "
            "resource.",
        )


inferred(
    "cognitive.accounts.projectsdomain",
    "an account that manages projects needs a custom subdomain",
    because="the project's address is built from it",
)


def _refuse_soft_deleted(world: World, put: Put, *, restores: bool) -> None:
    left = soft_delete.find(world, put.address)
    if left is not None and not restores:
        raise ArmError(
            409,
            "FlagMustBeSetForRestore",
            f"An existing resource with ID '{put.address}' has been soft-deleted. To restore the resource, you must "
            "specify 'restore' to be 'true' in the property. If you don't want to restore existing resource, please "
            "purge it first.",
        )
    if left is None and restores:
        raise ArmError(
            404, "CanNotRestoreANonExistingResource", f"There is no soft-deleted resource with ID '{put.address}'."
        )


def _completed(world: World, put: Put) -> Put:
    """Fill a wish to restore with what the account was: `az cognitiveservices account recover` sends nothing of it."""
    left = soft_delete.find(world, put.address) if put.existing is None else None
    if left is None or properties_of(put).get("restore") is not True:
        return put
    was = left.account.body
    kept = {key: value for key, value in was["properties"].items() if key not in _READ_ONLY}
    asked = {key: value for key, value in put.body.items() if value is not None}
    return replace(put, body={**was, **asked, "properties": kept | properties_of(put)})


def _restored(world: World, put: Put) -> Put:
    """Bring back what was soft-deleted at the address, if anything was, and make the wish one on it."""
    left = soft_delete.forget(world, put.address)
    if left is None:
        return put
    for stored in (left.account, *left.below):
        world.stored[stored.address.key] = stored
    for stored in left.below:
        # What was under way when the account went has nobody left who would end it.
        if lifecycle.is_busy(stored):
            stored.properties["provisioningState"] = "Succeeded"
    return Put(put.address, put.body, put.api_version, put.principal, left.account, put.base)


def _body(world: World, put: Put) -> dict[str, Json]:
    asked, was = properties_of(put), put.existing.properties if put.existing else {}
    kind, location = _kind_of(put), str(put.body["location"])
    subdomain = asked.get("customSubDomainName") or was.get("customSubDomainName")
    filled: dict[str, Json] = {
        "internalId": was.get("internalId") or world.ids.hex(),
        "dateCreated": was.get("dateCreated") or timestamp(world.now()),
        "isMigrated": False,
        "allowProjectManagement": bool(asked.get("allowProjectManagement", False)),
        "privateEndpointConnections": was.get("privateEndpointConnections", []),
        "publicNetworkAccess": asked.get("publicNetworkAccess") or "Enabled",
        "disableLocalAuth": bool(asked.get("disableLocalAuth", False)),
        "capabilities": [{"name": "VirtualNetworks"}],
        **hosts.endpoints(put.base, kind=kind, location=location, subdomain=subdomain),
    }
    if subdomain:
        filled["customSubDomainName"] = subdomain
    for name in ("defaultProject", "associatedProjects"):
        if name in was:
            filled[name] = was[name]
    kept = {key: copy.deepcopy(value) for key, value in asked.items() if key not in (*_READ_ONLY, "restore")}
    body: dict[str, Json] = {"location": location, "sku": {"name": "S0"}, "kind": kind, "properties": kept | filled}
    if put.body.get("tags"):
        body["tags"] = dict(put.body["tags"])
    identity = identified(world, put)
    if identity:
        body["identity"] = identity
    return body
