"""Subscriptions, their locations, and the tenant."""

from __future__ import annotations

from collections.abc import Mapping

from azserve.emulator.identity.roles import sees
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

RESOURCES_VERSIONS = (
    "2026-06-01", "2026-02-01", "2025-04-01", "2025-03-01", "2024-11-01", "2024-08-01", "2024-07-01", "2024-03-01",
    "2023-07-01", "2022-12-01", "2022-09-01", "2022-06-01", "2022-05-01", "2022-01-01", "2021-04-01", "2021-01-01",
    "2020-10-01", "2020-09-01", "2020-08-01", "2020-07-01", "2020-06-01", "2020-05-01", "2020-01-01", "2019-11-01",
    "2019-10-01", "2019-09-01", "2019-08-01", "2019-07-01", "2019-06-01", "2019-05-10", "2019-05-01", "2019-03-01",
    "2018-11-01", "2018-09-01", "2018-08-01", "2018-07-01", "2018-06-01", "2018-05-01", "2018-02-01", "2018-01-01",
    "2017-08-01", "2017-06-01", "2017-05-10", "2017-05-01", "2017-03-01", "2016-09-01", "2016-07-01", "2016-06-01",
    "2016-02-01", "2015-11-01", "2015-01-01",
)  # fmt: skip
"""Accepted on what ARM itself serves: subscriptions, groups, providers, lists of resources."""

inferred(
    "arm.places.versions",
    "one list of api-versions for all that ARM itself serves",
    because="clients in use send between 2016-06-01 and 2026-06-01; which version has which route is not known here",
)

FALLBACK_LOCATIONS: tuple[tuple[str, str], ...] = (
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("northcentralus", "North Central US"),
    ("southcentralus", "South Central US"),
    ("swedencentral", "Sweden Central"),
    ("westus", "West US"),
    ("westus3", "West US 3"),
)
"""For a world whose scenario names none."""


def locations(world: World) -> list[dict[str, Json]]:
    """Return the locations of the scenario, in the wire form of `GET /subscriptions/{s}/locations` without ids."""
    listed = world.scenario.get("locations")
    if not listed:
        return [{"name": name, "displayName": display} for name, display in FALLBACK_LOCATIONS]
    return [dict(one) for one in listed]


def list_locations(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer the locations of a subscription."""
    return Reply(200, {"value": [_location(names["subscription"], one) for one in locations(world)]})


def show_subscription(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer one subscription."""
    return Reply(200, _subscription(world, names["subscription"].lower()))


def list_subscriptions(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer the subscriptions there are."""
    who = call.principal
    found = [_subscription(world, one) for one in world.subscriptions if who is None or sees(world, who, one)]
    return Reply(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


def list_tenants(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer the one tenant."""
    tenant = {
        "id": f"/tenants/{world.tenant}",
        "tenantId": world.tenant,
        "countryCode": "US",
        "displayName": "azserve emulator",
        "domains": ["emulator.onmicrosoft.com"],
        "defaultDomain": "emulator.onmicrosoft.com",
        "tenantType": "AAD",
        "tenantCategory": "Home",
    }
    return Reply(200, {"value": [tenant]})


def _location(subscription: str, one: dict[str, Json]) -> dict[str, Json]:
    """One location with the members that follow from others: ids, and what all physical regions share."""
    within = f"/subscriptions/{subscription}/locations"
    metadata: dict[str, Json] = {"regionType": "Physical", "regionCategory": "Recommended", **one.get("metadata", {})}
    pairs = metadata.get("pairedRegion", [])
    metadata["pairedRegion"] = [{"name": pair["name"], "id": f"{within}/{pair['name']}"} for pair in pairs]
    shown = {"id": f"{within}/{one['name']}", "type": "Region", "regionalDisplayName": one["displayName"], **one}
    return {**shown, "metadata": metadata}


def _subscription(world: World, subscription: str) -> dict[str, Json]:
    return {
        "id": f"/subscriptions/{subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription,
        "tenantId": world.tenant,
        "displayName": "azserve emulator",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Internal_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }
