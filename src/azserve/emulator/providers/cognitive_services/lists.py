"""What is asked of a subscription or a location, and lists below an account that are no resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import CollectionRoute
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply, not_modelled
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers.cognitive_services import accounts, catalogue, hosts, quota, soft_delete
from azserve.emulator.providers.resource import text_at
from azserve.emulator.providers.scenario import short, spelled

_SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices"
_LOCATION = _SUBSCRIPTION + "/locations/{location}"
_DELETED = _LOCATION + "/resourceGroups/{group}/deletedAccounts/{account}"
_ACCOUNT = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}"
)
Names = Mapping[str, str]

inferred(
    "cognitive.lists.nowhere",
    "lists of a region that does not exist are refused with InvalidLocation; of one without the service, empty",
    because="nothing was found on either",
)
inferred(
    "cognitive.lists.capacities",
    "modelCapacities shows the largest capacity of the sku as what the service has left",
    because="the specification calls it available capacity and no answer was found",
)

inferred(
    "cognitive.lists.calculate",
    "calculateModelCapacity counts tokens a minute in units of the sku's own limit; provisioned skus are refused",
    because="the published example is of a provisioned sku, whose arithmetic is not published",
)


def models(world: World, call: Call, names: Names) -> Reply:
    """GET locations/{location}/models"""
    _refuse_nowhere(world, names["location"])
    return _page(catalogue.listed(world, names["location"], names["subscription"]))


def usages(world: World, call: Call, names: Names) -> Reply:
    """GET locations/{location}/usages"""
    _refuse_nowhere(world, names["location"])
    if short(names["location"]) not in quota.offered_in(world):
        return _page([])
    return _page(quota.usages(world, names["subscription"], names["location"]))


def skus(world: World, call: Call, names: Names) -> Reply:
    """GET skus: which kinds of account each region has."""
    return _page(
        [
            {
                "resourceType": "accounts",
                "name": "S0",
                "tier": "Standard",
                "kind": kind,
                "locations": [location.upper()],
                "locationInfo": [{"location": location.upper(), "zones": [], "zoneDetails": []}],
                "restrictions": [],
            }
            for kind in accounts.KINDS
            for location in sorted(quota.offered_in(world))
        ]
    )


def capacities(world: World, call: Call, names: Names) -> Reply:
    """GET modelCapacities, of all regions."""
    return _page([one for where in sorted(quota.offered_in(world)) for one in _capacities(world, call, names, where)])


def capacities_here(world: World, call: Call, names: Names) -> Reply:
    """GET locations/{location}/modelCapacities"""
    _refuse_nowhere(world, names["location"])
    return _page(list(_capacities(world, call, names, names["location"])))


def calculate_capacity(world: World, call: Call, names: Names) -> Reply:
    """POST calculateModelCapacity with {"model", "skuName", "workloads"}: what a load takes of a sku by tokens."""
    body = call.body if isinstance(call.body, dict) else {}
    model, sku_name = body.get("model"), body.get("skuName")
    wanted = [str(model.get(key)) for key in ("format", "name", "version")] if isinstance(model, dict) else []
    everywhere = (one for where in sorted(quota.offered_in(world)) for one in catalogue.entries(world, where))
    found = [sku for one in everywhere if [one.model[key] for key in ("format", "name", "version")] == wanted
             for sku in one.skus(str(sku_name))]  # fmt: skip
    if not found:
        raise ArmError(400, "InvalidModel", f"The model '{','.join(wanted)}' has no sku '{str(sku_name)[:80]}'.")
    a_unit = [int(limit["count"]) for limit in found[0].get("rateLimits", ()) if limit["key"] == "token"]
    if not a_unit:
        raise not_modelled(f"the capacity that a load takes of the sku '{sku_name}'")
    needed = -(-_tokens_a_minute(body.get("workloads")) // a_unit[0])
    step = int(found[0]["capacity"].get("step", 1))
    deployable = max(int(found[0]["capacity"].get("minimum", 1)), -(-needed // step) * step)
    estimate = {"value": needed, "deployableValue": deployable}
    return Reply(200, {"model": model, "skuName": sku_name, "estimatedCapacity": estimate})


def _tokens_a_minute(workloads: Json) -> int:
    try:
        return sum(
            int(one["requestPerMinute"])
            * (int(one["requestParameters"]["avgPromptTokens"]) + int(one["requestParameters"]["avgGeneratedTokens"]))
            for one in workloads or ()
        )
    except (TypeError, KeyError, ValueError) as error:
        raise ArmError(
            400, "InvalidRequestParameter", "A workload has 'requestPerMinute' and average tokens."
        ) from error


def check_domain(world: World, call: Call, names: Names) -> Reply:
    """POST checkDomainAvailability with {"subdomainName", "type"}."""
    name = text_at(call.body, "subdomainName")
    if name is None:
        raise ArmError(400, "InvalidRequestContent", "'subdomainName' is required.")
    free = not hosts.is_taken(world, name, by_others_than=None)
    answer: dict[str, Json] = {
        "isSubdomainAvailable": free,
        "subdomainName": name,
        "type": text_at(call.body, "type") or quota.ACCOUNT,
    }
    if not free:
        answer["reason"] = f"Sub domain name '{name}' is already used. Please pick a different name."
    return Reply(200, answer)


def check_sku(world: World, call: Call, names: Names) -> Reply:
    """POST locations/{location}/checkSkuAvailability with {"skus", "kind", "type"}."""
    kind, asked = text_at(call.body, "kind") or "", call.body.get("skus", []) if isinstance(call.body, dict) else []
    here = short(names["location"]) in quota.offered_in(world)
    offered = [sku == "S0" and kind in accounts.KINDS and here for sku in asked]
    return Reply(
        200,
        {
            "value": [
                {
                    "kind": kind,
                    "type": text_at(call.body, "type") or quota.ACCOUNT,
                    "skuName": sku,
                    "skuAvailable": available,
                    "reason": None if available else "NotAvailableForSubscription",
                    "message": None,
                }
                for sku, available in zip(asked, offered, strict=True)
            ]
        },
    )


def deleted_accounts(world: World, call: Call, names: Names) -> Reply:
    """GET deletedAccounts"""
    return _page([soft_delete.shown(one) for one in soft_delete.listed(world, names["subscription"])])


def deleted_account(world: World, call: Call, names: Names) -> Reply:
    """GET locations/{location}/resourceGroups/{group}/deletedAccounts/{account}"""
    found = _deleted(world, names)
    if found is None:
        raise ArmError(404, "ResourceNotFound", f"The deleted account '{names['account']}' was not found.")
    return Reply(200, soft_delete.shown(found))


def purge(world: World, call: Call, names: Names) -> Reply:
    """DELETE locations/{location}/resourceGroups/{group}/deletedAccounts/{account}"""
    if _deleted(world, names) is None:
        return Reply(204)
    soft_delete.forget(world, _account_address(names))
    return Reply(200)


def account_models(world: World, call: Call, names: Names) -> Reply:
    """GET accounts/{account}/models: what this account could deploy."""
    account = _account(world, names)
    offered = catalogue.entries(world, str(account.body["location"]))
    return _page([entry.model for entry in offered if account.body["kind"] in entry.kinds])


def account_usages(world: World, call: Call, names: Names) -> Reply:
    """GET accounts/{account}/usages"""
    account = _account(world, names)
    return _page(quota.usages(world, names["subscription"], str(account.body["location"])))


def account_skus(world: World, call: Call, names: Names) -> Reply:
    """GET accounts/{account}/skus"""
    _account(world, names)
    return _page([{"resourceType": quota.ACCOUNT, "sku": {"name": "S0", "tier": "Standard"}}])


def deployment_skus(world: World, call: Call, names: Names) -> Reply:
    """GET accounts/{account}/deployments/{deployment}/skus"""
    account = _account(world, names)
    deployment = world.get(account.address.child("deployments", names["deployment"]))
    if deployment is None:
        raise ArmError(404, "ResourceNotFound", f"The deployment '{names['deployment']}' was not found.")
    entry = catalogue.find(
        world,
        location=str(account.body["location"]),
        kind=str(account.body["kind"]),
        model=deployment.properties["model"],
    )
    return _page(
        [
            {
                "resourceType": quota.DEPLOYMENT,
                "sku": {"name": sku["name"], "capacity": sku["capacity"].get("default", sku["capacity"]["maximum"])},
                "capacity": sku["capacity"],
            }
            for sku in entry.model["skus"]
        ]
    )


ROUTES: Mapping[tuple[str, str], CollectionRoute] = {
    ("GET", f"{_LOCATION}/models"): models,
    ("GET", f"{_LOCATION}/usages"): usages,
    ("GET", f"{_SUBSCRIPTION}/skus"): skus,
    ("GET", f"{_SUBSCRIPTION}/modelCapacities"): capacities,
    ("GET", f"{_LOCATION}/modelCapacities"): capacities_here,
    ("POST", f"{_SUBSCRIPTION}/calculateModelCapacity"): calculate_capacity,
    ("POST", f"{_SUBSCRIPTION}/checkDomainAvailability"): check_domain,
    ("POST", f"{_LOCATION}/checkSkuAvailability"): check_sku,
    ("GET", f"{_SUBSCRIPTION}/deletedAccounts"): deleted_accounts,
    ("GET", _DELETED): deleted_account,
    ("DELETE", _DELETED): purge,
    ("GET", f"{_ACCOUNT}/models"): account_models,
    ("GET", f"{_ACCOUNT}/usages"): account_usages,
    ("GET", f"{_ACCOUNT}/skus"): account_skus,
    ("GET", f"{_ACCOUNT}/deployments/{{deployment}}/skus"): deployment_skus,
}


def _page(value: list[Json]) -> Reply:
    return Reply(200, {"value": value})


def _refuse_nowhere(world: World, location: str) -> None:
    known = {one["name"] for one in world.scenario.get("locations", [])}
    if known and short(location) not in known:
        raise ArmError(400, "InvalidLocation", f"The location '{location}' is invalid.")


def _capacities(world: World, call: Call, names: Names, location: str) -> Iterator[dict[str, Json]]:
    wanted = [call.query.get(name) for name in ("modelformat", "modelname", "modelversion")]
    if None in wanted:
        raise ArmError(
            400, "InvalidRequestParameter", "'modelFormat', 'modelName' and 'modelVersion' are all required."
        )
    for entry in catalogue.entries(world, location):
        model = {key: entry.model[key] for key in ("format", "name", "version")}
        if list(model.values()) != wanted:
            continue
        place = spelled(world, location)
        for sku in {one["name"]: one for one in reversed(entry.model["skus"])}.values():
            yield {
                "id": f"/subscriptions/{names['subscription']}/providers/Microsoft.CognitiveServices/locations/{place}"
                f"/models/{entry.key}/skuCapacities/{sku['name']}",
                "type": "Microsoft.CognitiveServices/locations/models/skuCapacities",
                "name": sku["name"],
                "location": place,
                "properties": {
                    "model": model,
                    "skuName": sku["name"],
                    "availableCapacity": sku["capacity"]["maximum"],
                    "availableFinetuneCapacity": 0,
                },
            }


def _account_address(names: Names) -> Address:
    return Address(names["subscription"], names["group"], quota.ACCOUNT, (names["account"],))


def _deleted(world: World, names: Names) -> soft_delete.Deleted | None:
    found = soft_delete.find(world, _account_address(names))
    here = found is not None and short(str(found.account.body["location"])) == short(names["location"])
    return found if here else None


def _account(world: World, names: Names) -> Stored:
    address = _account_address(names)
    found = world.get(address)
    if found is None:
        raise ArmError(
            404,
            "ResourceNotFound",
            f"The Resource 'Microsoft.CognitiveServices/accounts/{address.name}' under resource group "
            f"'{address.group}' was not found.",
        )
    return found
