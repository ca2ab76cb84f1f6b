"""The world around a template, as its expressions see it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from azserve.emulator.arm import engine, refusals, resources
from azserve.emulator.arm.deployments import records
from azserve.emulator.arm.deployments.template.expand import Expansion, Planned
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError
from azserve.emulator.arm.deployments.wishes import TYPE, Wish
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import World


@dataclass(slots=True)
class Around:
    """`Outside` for one deployment. Until `expansion` is set, nothing of a running deployment can be asked for."""

    world: World
    wish: Wish
    template_hash: str
    asked_at: float
    predicting: bool = False
    """Whether this is a what-if, in which neither the time nor other resources can be told."""
    expansion: Expansion | None = None
    enclosing: Expansion | None = None
    """Of the template around a nested one of outer scope, whose resources it may name as well."""
    parameters: Callable[[], dict[str, Json]] = dict
    """The parameters as the deployment shows them, without secrets; none while they are being bound."""
    _guids: int = 0

    def deployment(self) -> Json:
        """Return the deployment itself."""
        shown: dict[str, Json] = {
            "name": self.wish.name,
            "properties": {
                "template": self.wish.template,
                "templateHash": self.template_hash,
                "parameters": self.parameters(),
                "mode": self.wish.mode.value,
                "provisioningState": "Accepted",
            },
        }
        if self.wish.location is not None:
            shown["location"] = self.wish.location
        return shown

    def deployer(self) -> Json:
        """Return who deploys."""
        principal = self.wish.principal
        return {
            "objectId": principal.object_id if principal else "",
            "tenantId": principal.tenant if principal else self.world.tenant,
            "userPrincipalName": principal.name if principal and principal.kind == "User" else "",
        }

    def environment(self) -> Json:
        """Return the cloud's addresses: the emulator's own where it serves them."""
        base = self.wish.base
        return {
            "name": "AzureCloud",
            "gallery": "https://gallery.azure.com/",
            "graph": "https://graph.windows.net/",
            "portal": "https://portal.azure.com",
            "graphAudience": "https://graph.windows.net/",
            "activeDirectoryDataLake": "https://datalake.azure.net/",
            "batch": "https://batch.core.windows.net/",
            "media": "https://rest.media.azure.net",
            "sqlManagement": "https://management.core.windows.net:8443/",
            "resourceManager": f"{base}/",
            "authentication": {
                "loginEndpoint": f"{base}/",
                "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "suffixes": {
                "acrLoginServer": ".azurecr.io",
                "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
                "keyvaultDns": ".vault.azure.net",
                "sqlServerHostname": ".database.windows.net",
                "storage": "core.windows.net",
            },
        }

    def subscription(self) -> Json:
        """Return the subscription deployed to."""
        subscription = self.wish.place.subscription
        return {
            "id": f"/subscriptions/{subscription}",
            "subscriptionId": subscription,
            "tenantId": self.world.tenant,
            "displayName": "azserve emulator",
        }

    def resource_group(self) -> Json:
        """Return the group deployed to; there is none at subscription scope."""
        place = self.wish.place
        if place.group is None:
            raise TemplateError(
                "The template function 'RESOURCEGROUP' is not expected at this location. The function is not supported "
                "at subscription scope. Please see https://aka.ms/arm-functions for usage details."
            )
        stored = self.world.get(Address(place.subscription, place.group))
        if stored is None:
            raise UnresolvedError if self.predicting else refusals.no_group(place.group)
        return engine.present(self.world, stored)

    def tenant(self) -> Json:
        """Return the tenant."""
        return {
            "id": f"/tenants/{self.world.tenant}",
            "tenantId": self.world.tenant,
            "countryCode": "US",
            "displayName": "azserve emulator",
        }

    def utc_now(self) -> datetime:
        """Return when the deployment was asked for."""
        if self.predicting:
            raise UnresolvedError
        return datetime.fromtimestamp(self.asked_at, UTC)

    def new_guid(self) -> str:
        """Return a GUID made of the deployment, its time and how often it was asked: the same when drawn again."""
        if self.predicting:
            raise UnresolvedError
        self._guids += 1
        basis = f"{self.wish.address}/{self.wish.correlation_id}/{self.asked_at!r}/{self._guids}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, basis))

    def reference(self, target: str, api_version: str | None, *, full: bool) -> Json:
        """Return what a resource looks like now."""
        planned, address, version = self._find("reference", target, api_version)
        body = self._read(address, version)
        if not full:
            return body.get("properties") or {}
        shown = {
            name: value for name, value in body.items() if name not in ("id", "name", "type", "etag", "systemData")
        }
        return shown | {
            "apiVersion": version,
            "subscriptionId": address.subscription,
            "resourceGroupName": address.group or "",
            "scope": str(address.scope or ""),
            "resourceId": address.type + "/" + "/".join(address.names),
            "referenceApiVersion": version,
            "condition": True,
            "isConditionTrue": True,
            "isTemplateResource": planned is not None and not planned.existing,
            "isAction": False,
            "provisioningOperation": "Read" if planned is None or planned.existing else "Create",
        }

    def act(self, action: str, target: str, api_version: str | None, body: Json) -> Json:
        """Return the answer to a POST on a resource."""
        _, address, version = self._find(action, target, api_version)
        call = Call(
            method="POST",
            path=f"{address}/{action}",
            query={"api-version": version},
            headers={},
            body=body,
            base=self.wish.base,
            principal=self.wish.principal,
        )
        return resources.act(self.world, call, address, action).body

    def _find(self, function: str, target: str, api_version: str | None) -> tuple[Planned | None, Address, str]:
        """Return what a text names: the template's resource if it is one, its address, the api-version to use."""
        if self.predicting or self.expansion is None:
            raise UnresolvedError
        planned = self._planned(target)
        address = Address.parse(planned.id if planned is not None else target)
        if address is None:
            raise TemplateError(
                f"The resource '{target[:300]}' is not defined in the template. "
                "Please see https://aka.ms/arm-syntax for usage details."
            )
        version = api_version or (planned.api_version if planned is not None else "")
        if not version:
            raise TemplateError(
                f"The template function '{function}' is not valid: an api-version is required for the resource "
                f"'{target[:300]}', which is not defined in the template. "
                "Please see https://aka.ms/arm-functions for usage details."
            )
        return planned, address, version

    def _planned(self, target: str) -> Planned | None:
        """Return the template's resource of a name; TemplateError where its condition is false."""
        for expansion in (self.expansion, self.enclosing):
            keys = expansion.known.find(target) if expansion is not None else ()
            if expansion is None or not keys:
                continue
            if keys[0] in expansion.known.absent:
                raise TemplateError(
                    f"The resource '{target[:300]}' can't be referenced: its condition evaluated to false, so it is "
                    "not deployed. Please see https://aka.ms/arm-functions for usage details."
                )
            known = [*expansion.existing.values(), *expansion.resources]
            return next(one for one in known if one.key == keys[0])
        return None

    def _read(self, address: Address, version: str) -> dict[str, Json]:
        """Return the body of a resource, or of a deployment."""
        if address.type.lower() == TYPE.lower():
            return records.show(self.world, records.existing(self.world, address))
        kind = engine.kind_at(self.world, address)
        engine.check_api_version(kind, version)
        engine.check_permission(self.world, self.wish.principal, f"{kind.type}/read", address)
        return engine.present(self.world, engine.existing(self.world, address))


def template_refusal(error: TemplateError) -> ArmError:
    """Return what the API answers for a template that is wrong as it stands."""
    if error.code == "NotModelledByEmulator":
        return ArmError(501, error.code, error.message)
    if error.code == "InvalidRequestContent":
        return ArmError(
            400, error.code, f"The request content was invalid and could not be deserialized: '{error.message}'."
        )
    return ArmError(400, error.code, f"Deployment template validation failed: '{error.message}'.")
