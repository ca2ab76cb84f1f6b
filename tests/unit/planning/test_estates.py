"""Estates: every name and capacity decided, what exists left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.unit.planning.worlds import (
    NOW,
    SUBSCRIPTION,
    TODAY,
    V32_POOL,
    catalogue,
    facts,
    live_deployment,
    region_facts,
    settings,
)

from azserve.errors import Bug, ConfigurationError, Refused
from azserve.model.estate import Encryption, FoundryHost, RegionEstate, ServerlessHost
from azserve.model.names import ENDPOINT_TAG, FLEET_TAG, EndpointKey, FleetId, ModelName, Region
from azserve.model.settings import (
    AccessGrant,
    Connection,
    Diagnostics,
    ExistingHost,
    FilterPolicy,
    HostSettings,
    NetworkSettings,
    Settings,
)
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.places import existing_hosts
from azserve.planning.quota import Ask, fits, share_out
from azserve.surveying.survey import offline_facts

R1 = {"model": "DeepSeek-R1", "hosting": "serverless"}
COHERE = {"model": "Cohere-command-r-08-2024", "hosting": "serverless"}
V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": {"min": 50, "target": 200}}


def estates(wanted: Settings, live: Any = (), **pools: Any) -> tuple[RegionEstate, ...]:
    found = facts([region_facts(name, **given) for name, given in pools.items()], live)
    return place(wanted, catalogue(), found, TODAY, on_unknown=OnUnknown.TRY).estates


def serverless(wanted: Settings) -> ServerlessHost:
    host = estates(wanted)[0].serverless
    assert host is not None
    return host


def foundry(wanted: Settings, live: Any = (), **pools: Any) -> FoundryHost:
    host = estates(wanted, live, **pools)[0].foundry
    assert host is not None
    return host


def capacity(wanted: Settings, live: Any = (), **pools: Any) -> int:
    return foundry(wanted, live, **pools).deployments[0].capacity


def test_an_estate_carries_the_users_tags_and_the_fleets() -> None:
    (estate,) = estates(settings({"r1": R1}, fleet=FleetId("support", "prod"), tags={"owner": "ml"}))
    assert estate.tags == {"owner": "ml", FLEET_TAG: "support/prod"}


def test_a_users_tag_cannot_pass_for_the_fleets() -> None:
    endpoint = {**R1, "tags": {"Azserve-Fleet": "other", "tier": "gold"}}
    wanted = settings({"r1": endpoint}, tags={"AZSERVE-FLEET": "other"})
    (estate,) = estates(wanted)
    assert estate.tags == {FLEET_TAG: "copilot"}
    assert serverless(wanted).endpoints[0].tags == {"tier": "gold", ENDPOINT_TAG: "r1"}


def test_a_partners_model_gets_a_marketplace_subscription_and_azures_own_none() -> None:
    names = {one.key: one.marketplace_subscription for one in serverless(settings({"r1": R1, "cmd": COHERE})).endpoints}
    assert names[EndpointKey("r1")] is None
    assert (names[EndpointKey("cmd")] or "").startswith("cohere-command-r-08-2024-")


def test_a_deployment_is_named_as_its_key() -> None:
    (deployment,) = foundry(settings({"V3.2_main": V32}), eastus2={}).deployments
    assert (deployment.name, deployment.format, deployment.sku) == ("V3.2_main", "DeepSeek", "GlobalStandard")


def test_an_upgrade_option_is_passed_on() -> None:
    wanted = settings({"v32": {**V32, "upgrade": "OnceCurrentVersionExpired"}})
    assert foundry(wanted, eastus2={}).deployments[0].upgrade == "OnceCurrentVersionExpired"


@pytest.mark.parametrize(
    ("existing", "hub", "project", "storage"),
    [
        (ExistingHost(), False, False, False),
        (ExistingHost(storage="st{region}"), False, False, True),
        (ExistingHost(hub="hub-{region}"), True, False, True),
        (ExistingHost(project="proj"), True, True, True),
    ],
)
def test_what_exists_brings_what_it_hangs_on(existing: ExistingHost, hub: bool, project: bool, storage: bool) -> None:
    host = serverless(settings({"r1": R1}, serverless=HostSettings(existing=existing)))
    assert (host.hub_exists, host.project_exists, host.storage_exists) == (hub, project, storage)


def test_existing_names_are_patterns() -> None:
    wanted = settings(
        {"v32": V32}, foundry=HostSettings(existing=ExistingHost(group="rg-{region}", account="ai-{fleet}"))
    )
    (estate,) = estates(wanted, eastus2={})
    assert estate.foundry is not None
    assert (estate.group, estate.group_exists) == ("rg-eastus2", True)
    assert (estate.foundry.account, estate.foundry.account_exists) == ("ai-copilot", True)


def test_existing_hosts_are_named_for_the_reader() -> None:
    host = HostSettings(existing=ExistingHost(group="rg", account="acc", project="proj"))
    wanted = settings({"v32": V32}, foundry=host, serverless=host)
    assert {
        str(one).rpartition("/providers/")[2]: region
        for one, region in existing_hosts(wanted, [Region("eastus2")]).items()
    } == {
        "Microsoft.CognitiveServices/accounts/acc": "eastus2",
        "Microsoft.MachineLearningServices/workspaces/proj": "eastus2",
    }


def test_no_existing_host_can_be_named_without_a_subscription() -> None:
    host = HostSettings(existing=ExistingHost(account="acc"))
    assert existing_hosts(settings({"v32": V32}, foundry=host, subscription=None), [Region("eastus2")]) == {}


def test_two_hosts_cannot_name_two_groups() -> None:
    wanted = settings(
        {"r1": R1},
        serverless=HostSettings(existing=ExistingHost(group="a")),
        foundry=HostSettings(existing=ExistingHost(group="b")),
    )
    with pytest.raises(ConfigurationError) as two:
        estates(wanted)
    assert two.value.code == "two-groups"


def test_two_regions_cannot_share_a_new_group() -> None:
    with pytest.raises(ConfigurationError) as shared:
        estates(settings({"r1": R1}, ["eastus2", "westus3"], group_pattern="rg-{fleet}"))
    assert shared.value.code == "group-shared"


def test_two_regions_may_share_an_existing_group() -> None:
    host = HostSettings(existing=ExistingHost(group="rg"))
    assert len(estates(settings({"r1": R1}, ["eastus2", "westus3"], serverless=host))) == 2


def test_subnets_and_principals_are_patterns() -> None:
    host = HostSettings(
        network=NetworkSettings(public=False, subnet="/vnet-{region}/subnets/ai"),
        access=(AccessGrant("call", principal="p-{env}"), AccessGrant("call", self_=True)),
    )
    made = foundry(settings({"v32": V32}, fleet=FleetId("support", "dev"), foundry=host), eastus2={})
    assert made.network.subnet == "/vnet-eastus2/subnets/ai"
    assert [grant.principal for grant in made.access] == ["p-dev", None]


def test_a_region_may_have_a_subscription_of_its_own() -> None:
    other = "22222222-2222-2222-2222-222222222222"
    wanted = settings({"r1": R1}, ["eastus2", "westus3"], subscriptions={Region("westus3"): other})
    assert [estate.subscription for estate in estates(wanted)] == [SUBSCRIPTION, other]


@pytest.mark.parametrize(
    ("pool", "held", "expected"),
    [
        ((0, 1000), None, 200),
        ((880, 1000), None, 120),
        ((1000, 1000), 150, 150),
        ((1000, 1000), 300, 200),
        ((990, 1000), 150, 160),
    ],
)
def test_capacity_is_the_target_where_quota_allows(pool: tuple[int, int], held: int | None, expected: int) -> None:
    wanted = settings({"v32": V32})
    live = [live_deployment(wanted, "eastus2", {"key": "v32", "capacity": held})] if held else []
    assert capacity(wanted, live, eastus2={"pools": {V32_POOL: pool}}) == expected


def test_unread_quota_leaves_what_stands_as_it_is() -> None:
    wanted = settings({"v32": V32})
    live = [live_deployment(wanted, "eastus2", {"key": "v32", "capacity": 120})]
    assert capacity(wanted, live, eastus2={"pools": "TooManyRequests"}) == 120


def test_unread_quota_is_never_plenty() -> None:
    assert capacity(settings({"v32": V32}), eastus2={"pools": "TooManyRequests"}) == 50


def test_offline_gives_what_the_file_asks_for() -> None:
    wanted = settings({"v32": V32})
    placement = place(wanted, catalogue(), offline_facts(wanted, catalogue(), NOW), TODAY, on_unknown=OnUnknown.TRY)
    host = placement.estates[0].foundry
    assert host is not None
    assert host.deployments[0].capacity == 200


def test_a_target_above_what_a_deployment_may_have_is_cut() -> None:
    sku = {"name": "GlobalStandard", "pool": V32_POOL, "maximum": 120}
    given = {"models": [{"name": "DeepSeek-V3.2", "skus": [sku]}]}
    assert capacity(settings({"v32": V32}), eastus2=given) == 120


@pytest.mark.parametrize(("target", "expected"), [(99, 50), (100, 100), (149, 100)])
def test_a_target_between_two_steps_is_cut_to_the_lower_and_nothing_is_said_of_quota(
    target: int, expected: int
) -> None:
    sku = {"name": "GlobalStandard", "pool": V32_POOL, "step": 50}
    wanted = settings({"v32": {**V32, "capacity": {"min": 50, "target": target}}})
    found = facts([region_facts("eastus2", [{"name": "DeepSeek-V3.2", "skus": [sku]}])])
    placement = place(wanted, catalogue(), found, TODAY)
    assert [one.capacity for host in placement.estates if host.foundry for one in host.foundry.deployments] == [
        expected
    ]
    assert placement.warnings == ()


@pytest.mark.parametrize(("minimum", "expected"), [(None, 1), (100, 100)])
def test_no_capacity_asked_is_the_least(minimum: int | None, expected: int) -> None:
    sku = {"name": "GlobalStandard", "pool": V32_POOL, "default": 5000, "minimum": minimum}
    given = {"models": [{"name": "DeepSeek-V3.2", "skus": [sku]}]}
    assert capacity(settings({"v32": {**V32, "capacity": None}}), eastus2=given) == expected


def test_what_shrinks_is_written_first() -> None:
    wanted = settings({"a": {**V32, "capacity": 60}, "b": {**V32, "capacity": 40}})
    live = [
        live_deployment(wanted, "eastus2", {"key": "a", "capacity": 30}),
        live_deployment(wanted, "eastus2", {"key": "b", "capacity": 70}),
    ]
    made = foundry(wanted, live, eastus2={"pools": {V32_POOL: (100, 100)}})
    assert [(one.key, one.capacity) for one in made.deployments] == [("b", 40), ("a", 60)]


def test_a_pool_that_may_span_regions_is_shared_out_among_them() -> None:
    wanted = settings({"v32": V32}, ["eastus2", "westus3"])
    pool = {"pools": {V32_POOL: (0, 300)}}
    made = [estate.foundry for estate in estates(wanted, eastus2=pool, westus3=pool)]
    assert [host.deployments[0].capacity for host in made if host] == [200, 100]


def after_deploying(wanted: Settings, made: tuple[RegionEstate, ...]) -> list[Any]:
    return [
        live_deployment(wanted, estate.region, {"key": one.key, "capacity": one.capacity})
        for estate in made
        if estate.foundry
        for one in estate.foundry.deployments
    ]


@effort(max_examples=40)
@given(
    st.integers(0, 200),
    st.integers(50, 900),
    st.sampled_from(["regional", "subscription", "unknown"]),
    st.booleans(),
    st.booleans(),
)
def test_a_second_plan_asks_for_the_same_capacities(
    current: int, limit: int, scope: str, spans: bool, limits_differ: bool
) -> None:
    spans = spans if scope == "unknown" else scope == "subscription"
    places = ("eastus2", "westus3", "westus")
    wanted = settings({"a": V32, "b": {**V32, "capacity": {"min": 10, "target": 60}}}, places)
    known = catalogue(scopes={V32_POOL: scope})
    limits = {name: limit + at * (limits_differ and not spans) for at, name in enumerate(places)}

    def found(used: dict[str, int]) -> Any:
        return [region_facts(name, pools={V32_POOL: (current + used[name], limits[name])}) for name in places]

    try:
        before = place(wanted, known, facts(found(dict.fromkeys(places, 0))), TODAY).estates
    except Refused:
        return
    each = {
        estate.region: sum(one.capacity for one in estate.foundry.deployments) for estate in before if estate.foundry
    }
    used = {name: sum(each.values()) if spans else each[Region(name)] for name in places}
    assume(all(current + used[name] <= limits[name] for name in places))
    again = place(wanted, known, facts(found(used), after_deploying(wanted, before)), TODAY).estates
    assert again == before


def test_pools_with_limits_that_differ_are_the_regions_own() -> None:
    wanted = settings({"v32": V32}, ["eastus2", "westus3"])
    made = estates(wanted, eastus2={"pools": {V32_POOL: (0, 300)}}, westus3={"pools": {V32_POOL: (0, 301)}})
    assert [estate.foundry.deployments[0].capacity for estate in made if estate.foundry] == [200, 200]


@pytest.mark.parametrize("lacking", ["model_id", "format"])
def test_a_model_without_published_ids_is_refused(lacking: str) -> None:
    known = catalogue()
    name, hosting = ("DeepSeek-R1", "serverless") if lacking == "model_id" else ("DeepSeek-V3.2", "foundry")
    entry = known.models[ModelName(name)]
    bare = {
        one: replace(made, model_id=None) if lacking == "model_id" else replace(made, format=None)
        for one, made in entry.hostings.items()
    }
    broken = replace(known, models={**known.models, ModelName(name): replace(entry, hostings=bare)})
    wanted = settings({"one": {"model": name, "hosting": hosting, "version": None if lacking == "model_id" else "1"}})
    with pytest.raises(Refused) as refused:
        place(wanted, broken, facts([region_facts("eastus2")]), TODAY)
    assert refused.value.code == "no-evidence"


def ask(minimum: int, target: int, held: int, step: int = 1) -> Ask:
    return Ask(EndpointKey("one"), Region("eastus2"), minimum, target, held, step)


ASKS = st.lists(
    st.builds(
        lambda low, more, held, step: ask(low, low + more, held, step),
        st.integers(1, 50),
        st.integers(0, 50),
        st.integers(0, 120),
        st.sampled_from([1, 5]),
    ),
    min_size=1,
    max_size=5,
)


@given(ASKS, st.integers(-60, 200))
def test_shares_stay_between_minimum_and_target_and_inside_the_pool(asks: list[Ask], free: int) -> None:
    if not fits(asks, free):
        return
    shares = share_out(asks, free)
    assert all(one.minimum <= share <= one.target for one, share in zip(asks, shares, strict=True))
    grown = sum(shares) - sum(one.held for one in asks)
    assert grown <= max(free, 0)


@given(ASKS, st.integers(0, 200), st.integers(1, 100))
def test_what_fits_still_fits_with_more_quota(asks: list[Ask], free: int, more: int) -> None:
    assert not fits(asks, free) or fits(asks, free + more)


ELSEWHERE = "/subscriptions/s/resourceGroups/rg-{region}/providers"
IDENTITY = f"{ELSEWHERE}/Microsoft.ManagedIdentity/userAssignedIdentities/id-{{fleet}}"
LOGS = f"{ELSEWHERE}/Microsoft.OperationalInsights/workspaces/logs"
VAULT = f"{ELSEWHERE}/Microsoft.KeyVault/vaults/kv-shared"
CONSUMER = f"{ELSEWHERE}/Microsoft.MachineLearningServices/workspaces/proj-app"


def around(**more: Any) -> HostSettings:
    return HostSettings(identity=IDENTITY, diagnostics=Diagnostics(LOGS), lock=True, export_keys=VAULT, **more)


def test_patterns_around_a_host_are_filled_in() -> None:
    host = foundry(settings({"v32": V32}, foundry=around()), eastus2={})

    assert host.identity == IDENTITY.replace("{region}", "eastus2").replace("{fleet}", "copilot")
    assert host.diagnostics == Diagnostics(LOGS.replace("{region}", "eastus2"))
    assert host.lock


def test_an_accounts_key_is_kept_as_one_secret() -> None:
    (secret,) = foundry(settings({"v32": V32, "more": V32}, foundry=around()), eastus2={}).secrets

    assert (secret.vault.name, secret.vault.group, secret.endpoint) == ("kv-shared", "rg-eastus2", None)
    assert secret.name.startswith("copilot-eastus2-")


def test_each_serverless_endpoints_key_is_kept_as_a_secret_of_its_own() -> None:
    host = serverless(settings({"r1": R1, "cmd": COHERE}, serverless=around()))

    assert [secret.endpoint for secret in host.secrets] == [one.name for one in host.endpoints]
    assert len({secret.name for secret in host.secrets}) == 2


def test_a_project_elsewhere_is_connected_to_the_endpoints_that_it_names() -> None:
    connections = (Connection(CONSUMER, (EndpointKey("r1"),)),)
    host = serverless(settings({"r1": R1, "cmd": COHERE}, serverless=HostSettings(connections=connections)))

    (connection,) = host.connections
    assert connection.endpoint == host.endpoints[0].name
    assert str(connection.project) == CONSUMER.replace("{region}", "eastus2")
    assert connection.name.startswith("r1-eastus2-")


def test_a_project_elsewhere_is_connected_to_all_endpoints_where_it_names_none() -> None:
    wanted = settings({"r1": R1, "cmd": COHERE}, serverless=HostSettings(connections=(Connection(CONSUMER),)))

    assert [one.endpoint for one in serverless(wanted).connections] == [
        one.name for one in serverless(wanted).endpoints
    ]


def test_a_customers_key_is_taken_apart() -> None:
    key = "https://kv-{region}.vault.azure.net/keys/ai/0123"
    host = foundry(settings({"v32": V32}, foundry=around(encryption_key=key)), eastus2={})

    assert host.encryption == Encryption("https://kv-eastus2.vault.azure.net", "ai", "0123")


def test_what_is_no_keys_address_was_refused_before() -> None:
    with pytest.raises(Bug):
        foundry(settings({"v32": V32}, foundry=around(encryption_key="nonsense")), eastus2={})


def test_an_existing_vault_may_be_in_another_group() -> None:
    existing = ExistingHost(vault=VAULT, storage="stshared")
    host = serverless(settings({"r1": R1}, serverless=HostSettings(existing=existing)))

    assert (host.vault, str(host.vault_id)) == ("kv-shared", VAULT.replace("{region}", "eastus2"))
    assert (host.storage, host.storage_id, host.storage_exists) == ("stshared", None, True)


def test_an_endpoints_filter_goes_with_its_deployment() -> None:
    filters = (FilterPolicy("house", {}),)
    wanted = settings({"v32": {**V32, "filter_name": "house"}}, foundry=HostSettings(filters=filters))

    host = foundry(wanted, eastus2={})

    assert (host.deployments[0].filter_name, host.filters) == ("house", filters)


def test_connected_projects_are_named_for_the_reader() -> None:
    connections = (Connection(CONSUMER), Connection(CONSUMER.replace("proj-app", "proj-other")))
    wanted = settings({"r1": R1}, serverless=HostSettings(connections=connections))

    found = existing_hosts(wanted, [Region("eastus2"), Region("westus3")])

    assert [(one.group, one.name, region) for one, region in found.items()] == [
        ("rg-eastus2", "proj-app", "eastus2"),
        ("rg-eastus2", "proj-other", "eastus2"),
        ("rg-westus3", "proj-app", "westus3"),
        ("rg-westus3", "proj-other", "westus3"),
    ]
