"""What lies around a fleet, for the bench: facts of a subscription, and of a region beyond its lists, from a few words.

- `around`: `state`, `contract`; `providers`: namespace to state, or `[state, places]`; `rights`: `may` and `not`;
  `deleted`: `host` (`account` or `vault`) and `region`, with `group` where it is not the fleet's own, `until`,
  `protected`; `capacity`: region to what the service has left. Text in place of any of them is why it was unreadable.
- `here`, by region: `subdomain` free or not; `names`: `storage` or `vault`, the name, free or not; `policy`:
  `effect`, `policy`, `field`, `message`; `rights` in the group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.unit.planning.worlds import LIVE, SUBSCRIPTION

from azserve.model.facts import (
    DeletedResource,
    Fact,
    Facts,
    ModelVersion,
    NameAvailability,
    Permissions,
    PermissionSet,
    PolicyFinding,
    ProviderRegistration,
    RegionFacts,
    ResourceType,
    ServiceCapacity,
    SubscriptionFacts,
    SubscriptionState,
)
from azserve.model.names import Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Settings
from azserve.planning.places import ACCOUNT, WORKSPACE, place_in

STORAGE = "Microsoft.Storage/storageAccounts"
VAULT = "Microsoft.KeyVault/vaults"


def with_surroundings(known: Facts, wanted: Settings, around: Mapping[str, Any], here: Mapping[str, Any]) -> Facts:
    """Return the facts with what else was asked."""
    regions = {
        **known.regions,
        **{Region(name): _region(known.regions.get(Region(name)), name, given) for name, given in here.items()},
    }
    if not around:
        return replace(known, regions=regions)
    return replace(known, regions=regions, subscriptions={SUBSCRIPTION.lower(): _subscription(wanted, around)})


def _region(known: RegionFacts | None, name: str, given: Mapping[str, Any]) -> RegionFacts:
    found = known or RegionFacts(Region(name), Fact(LIVE, ()), Fact(LIVE, ()))
    if "subdomain" in given:
        found = replace(found, subdomain=_fact(given["subdomain"], lambda free: NameAvailability("the-name", free)))
    if "names" in given:
        found = replace(found, names=_fact(given["names"], lambda ones: tuple(_name(*one) for one in ones)))
    if "policy" in given:
        found = replace(found, policy=_fact(given["policy"], lambda ones: tuple(_finding(one) for one in ones)))
    if "rights" in given:
        found = replace(found, permissions=_fact(given["rights"], _rights))
    return found


def _name(host: str, name: str, free: bool) -> NameAvailability:
    return NameAvailability(name, free, kind={"vault": VAULT, "storage": STORAGE}[host])


def _subscription(wanted: Settings, given: Mapping[str, Any]) -> SubscriptionFacts:
    found = SubscriptionFacts(SUBSCRIPTION)
    if "state" in given or "contract" in given:
        state = SubscriptionState(SUBSCRIPTION, "s", given.get("state", "Enabled"), quota_id=given.get("contract"))
        found = replace(found, state=Fact(LIVE, state))
    if "providers" in given:
        found = replace(found, providers=_fact(given["providers"], lambda ones: tuple(_providers(ones))))
    if "rights" in given:
        found = replace(found, permissions=_fact(given["rights"], _rights))
    if "deleted" in given:
        accounts, vaults = (
            _fact(given["deleted"], lambda ones, host=host: tuple(_deleted(wanted, ones, host)))  # type: ignore[misc]
            for host in ("account", "vault")
        )
        found = replace(found, deleted_accounts=accounts, deleted_vaults=vaults)
    if "capacity" in given:
        found = replace(found, capacities=_fact(given["capacity"], lambda ones: tuple(_capacities(ones))))
    return found


def _fact(given: Any, read: Callable[[Any], Any]) -> Fact[Any]:
    return Fact(LIVE, unreadable=given) if isinstance(given, str) else Fact(LIVE, read(given))


def _rights(given: Mapping[str, Sequence[str]]) -> Permissions:
    return Permissions("/subscriptions/s", (PermissionSet(tuple(given["may"]), tuple(given.get("not", ()))),))


def _finding(given: Mapping[str, str]) -> PolicyFinding:
    about = WORKSPACE if given.get("host") == "hub" else ACCOUNT
    return PolicyFinding(given["policy"], given["effect"], given.get("field"), given.get("message", ""), about)


def _providers(given: Mapping[str, Any]) -> Iterator[ProviderRegistration]:
    for namespace, one in given.items():
        state, places = (one, ()) if isinstance(one, str) else one
        kind = ACCOUNT if namespace.endswith("CognitiveServices") else WORKSPACE
        types = (ResourceType(kind.partition("/")[2], tuple(Region(place) for place in places)),)
        yield ProviderRegistration(namespace, state, types)


def _deleted(wanted: Settings, given: Sequence[Mapping[str, Any]], host: str) -> Iterator[DeletedResource]:
    for one in given:
        if one["host"] != host:
            continue
        region = Region(one["region"])
        place = place_in(wanted, region)
        name, kind = (place.foundry.account, ACCOUNT) if host == "account" else (place.serverless.vault, VAULT)
        until = datetime.fromisoformat(one["until"]).replace(tzinfo=UTC) if "until" in one else None
        identity = ResourceId(SUBSCRIPTION, one.get("group", place.group), kind, (one.get("name", name),))
        yield DeletedResource(identity, region, purged_at=until, purge_protected=one.get("protected", False))


def _capacities(given: Mapping[str, float]) -> Iterator[ServiceCapacity]:
    for region, left in given.items():
        yield ServiceCapacity(ModelVersion("DeepSeek", "DeepSeek-V3.2", "1"), Region(region), "GlobalStandard", left)
