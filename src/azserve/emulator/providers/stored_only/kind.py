"""A kind out of a row of the table."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from azserve.emulator.kernel.kinds import Action, Put, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import keys, lifecycle
from azserve.emulator.providers.identity import identified
from azserve.emulator.providers.resource import Resource, properties_of
from azserve.emulator.providers.stored_only.table import Row

_STORAGE = "Microsoft.Storage/storageAccounts"


class StoredKind(Resource):
    """A type that is checked and stored, not simulated."""

    def __init__(self, row: Row, locations: tuple[str, ...]) -> None:
        self.row = row
        self.type = row.type
        self.api_versions = row.api_versions
        self.locations = locations if row.located else ()
        self.actions: Mapping[str, Action] = MappingProxyType(
            {"listkeys": storage_keys, "regeneratekey": regenerate_storage_key} if row.type == _STORAGE else {}
        )

    def refuse(self, world: World, put: Put) -> None:
        """What the row says."""
        row, name = self.row, put.address.name
        if not re.fullmatch(row.name, name):
            raise ArmError(400, "InvalidResourceName", f"Resource name {name} is invalid for the type {row.type}.")
        properties_of(put)
        for path in row.required:
            if _at(put.body, path) in (None, "", []):
                raise ArmError(
                    400, "MissingRequiredProperty", f"'{path}' of {row.type} '{name}' is required.", target=path
                )
        for path, allowed in row.one_of.items():
            value = _at(put.body, path)
            if value is not None and value not in allowed:
                raise ArmError(
                    400,
                    "InvalidPropertyValue",
                    f"'{value}' is no value of '{path}' of {row.type}: it is one of {', '.join(allowed)}.",
                    target=path,
                )
        for child in _listed_within(row, put):
            if not _is_named(row, child):
                raise ArmError(
                    400, "InvalidPropertyValue", f"Each of '{row.within}' of {row.type} '{name}' needs a valid name."
                )
        self._refuse_taken(world, put)
        self._refuse_clash(world, put)

    def make(self, world: World, put: Put) -> Work:
        """Store, with what Azure fills in."""
        body: dict[str, Json] = {key: copy.deepcopy(value) for key, value in put.body.items() if key in _MEMBERS}
        properties = copy.deepcopy(properties_of(put))
        was = put.existing.properties if put.existing else {}
        if self.row.fill is not None:
            properties |= self.row.fill(world, put)
        properties |= {name: was[name] for name in self.row.keeps if name in was}
        hidden = {name: properties.pop(name) for name in self.row.hides if name in properties}
        if self.row.has_state:
            properties["provisioningState"] = "Succeeded"
        body["properties"] = properties
        identity = identified(world, put)
        if identity:
            body["identity"] = identity
        stored = lifecycle.write(world, put, body)
        stored.hidden |= hidden
        if self.type == _STORAGE:
            keys.give(world, stored, length=86)
        for listed in _listed_within(self.row, put):
            if _is_named(self.row, listed):  # a rehearsal makes also what it does not judge
                _write_child(world, put, self.row.within, listed)
        return Work(stored=stored, status=201 if put.existing is None else 200)

    def _refuse_taken(self, world: World, put: Put) -> None:
        row, low = self.row, put.address.name.lower()
        if not row.taken or put.existing is not None:
            return
        for one in world.stored.of_type(row.type).values():
            if one.address.name.lower() == low:
                raise ArmError(409, row.taken, row.taken_message.format(name=put.address.name))

    def _refuse_clash(self, world: World, put: Put) -> None:
        row = self.row
        if put.existing is not None and _values(put.body, row.fixed) != _values(put.existing.body, row.fixed):
            raise ArmError(400, *row.fixed_refusal)
        if not row.unique:
            return
        place = str(put.address).lower().rpartition("/")[0]
        for one in world.stored.of_type(row.type).values():
            if one.address.key.rpartition("/")[0] != place or one.address.key == put.address.key:
                continue
            if _values(one.body, row.unique) == _values(put.body, row.unique):
                raise ArmError(409, *row.unique_refusal)


_MEMBERS = ("location", "tags", "sku", "kind", "zones", "extendedLocation")


def storage_keys(world: World, stored: Stored, call: Call) -> Reply:
    """POST listKeys of a storage account."""
    shown = [
        {"keyName": f"key{number}", "value": f"{key}==", "permissions": "FULL"}
        for number, key in enumerate(keys.of(stored), 1)
    ]
    return Reply(200, {"keys": shown})


def regenerate_storage_key(world: World, stored: Stored, call: Call) -> Reply:
    """POST regenerateKey with {"keyName": "key1" or "key2"}."""
    name = call.body.get("keyName") if isinstance(call.body, dict) else None
    if name not in ("key1", "key2"):
        raise ArmError(400, "InvalidValuesForProperty", "'keyName' should be key1 or key2.", target="keyName")
    keys.renew(world, stored, int(name[-1]) - 1)
    return storage_keys(world, stored, call)


def _listed_within(row: Row, put: Put) -> list[Json]:
    """Return the children that a body lists; what is no list is one bad child."""
    found = (properties_of(put).get(row.within) if row.within else None) or []
    return found if isinstance(found, list) else [found]


def _is_named(row: Row, listed: Json) -> bool:
    return isinstance(listed, dict) and re.fullmatch(row.name, str(listed.get("name") or "")) is not None


def _write_child(world: World, put: Put, kind: str, listed: dict[str, Json]) -> None:
    address = put.address.child(kind, str(listed["name"]))
    properties = listed.get("properties")
    body: dict[str, Json] = {
        "properties": {
            **(copy.deepcopy(properties) if isinstance(properties, dict) else {}),
            "provisioningState": "Succeeded",
        }
    }
    lifecycle.write(world, replace(put, address=address, existing=world.get(address)), body)


def _values(body: Json, paths: tuple[str, ...]) -> list[str]:
    return [str(_at(body, path)).lower() for path in paths]


def _at(body: Json, path: str) -> Json:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body
