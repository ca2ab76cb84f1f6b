"""Expressions evaluated without a world."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from azserve.emulator.arm.deployments.template.document import read_template
from azserve.emulator.arm.deployments.template.evaluate import Frame, Place, resolve
from azserve.emulator.arm.deployments.template.expand import Expansion, expand, frame_of
from azserve.emulator.arm.deployments.template.values import UnresolvedError
from azserve.emulator.kernel.wire import Json

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
PLACE = Place(SUBSCRIPTION, "rg")
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


class Nowhere:
    """An outside with fixed answers, in which nothing is deployed."""

    def __init__(self, resources: dict[str, Json] | None = None) -> None:
        self.resources = resources

    def deployment(self) -> Json:
        return {"name": "main", "properties": {"mode": "Incremental"}}

    def deployer(self) -> Json:
        return {"objectId": "oid", "tenantId": "tid"}

    def environment(self) -> Json:
        return {"name": "AzureCloud", "suffixes": {"storage": "core.windows.net"}}

    def subscription(self) -> Json:
        return {"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION}

    def resource_group(self) -> Json:
        return {"id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg", "name": "rg", "location": "eastus2"}

    def tenant(self) -> Json:
        return {"tenantId": "tid"}

    def utc_now(self) -> datetime:
        return datetime(2026, 11, 22, 21, 5, 7, 120000, tzinfo=UTC)

    def new_guid(self) -> str:
        return "9d0a2b3c-0000-4000-8000-000000000001"

    def reference(self, target: str, api_version: str | None, *, full: bool) -> Json:
        if self.resources is None:
            raise UnresolvedError
        return {"target": target, "version": api_version, "full": full, **self.resources.get(target, {})}

    def act(self, action: str, target: str, api_version: str | None, body: Json) -> Json:
        if self.resources is None:
            raise UnresolvedError
        return {"action": action, "target": target, "version": api_version, "body": body}


def template(resources: Any = (), **sections: Json) -> dict[str, Json]:
    """A template with the heading every template has."""
    listed = resources if isinstance(resources, dict) else list(resources)
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": listed, **sections}


def frame(
    *, outside: Nowhere | None = None, given: dict[str, Json] | None = None, place: Place = PLACE, **sections: Json
) -> Frame:
    """The frame of a template with these sections."""
    passed = {name: (lambda value=value: value) for name, value in (given or {}).items()}
    return frame_of(read_template(template(**sections)), passed, outside=outside or Nowhere(), place=place)


def value_of(expression: Json, **more: Any) -> Json:
    """What an expression, or any part of a template, comes to."""
    return resolve(frame(**more), expression)


def expansion(source: dict[str, Json], *, place: Place = PLACE, **given: Json) -> Expansion:
    """The resources of a template."""
    read = read_template(source)
    passed = {name: (lambda value=value: value) for name, value in given.items()}
    return expand(read, frame_of(read, passed, outside=Nowhere(), place=place))


def box(name: str = "one", **more: Json) -> dict[str, Json]:
    """A resource of a template."""
    return {"type": "Test.Things/boxes", "apiVersion": "2025-01-01", "name": name, "location": "eastus2", **more}
