"""What the fleet costs: known prices, and unknown ones that never count as zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.planning.worlds import TODAY, catalogue, described, facts, region_facts, settings

from azserve.catalogue.prices import load_prices
from azserve.model.artifact import RegionArtifact
from azserve.model.catalogue import Hosting
from azserve.model.estate import Resource
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.prices import Chat, Cost, PriceItem, PriceList, quantity_of, total
from azserve.model.resource_id import ResourceId
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.costs import Placed, ceiling_of, idle_of, meters_of, placed_in, use_of

BOOK = load_prices()
RECORDED = PriceList("USD")
EASTUS2 = Region("eastus2")
FAMILY = "Deepseek model family"
CHAT = Chat(prompt_tokens=1000, completion_tokens=2000)


def near(amount: float) -> Any:
    """Return a number that equals any other but for rounding."""
    return pytest.approx(amount)


def deployment(model: str = "DeepSeek-R1", sku: str = "GlobalStandard", capacity: int = 1) -> Placed:
    return Placed(EndpointKey("e"), EASTUS2, ModelName(model), Hosting.FOUNDRY, sku, capacity)


def listed(meter: str, amount: float, unit: str = "1K") -> Mapping[tuple[Region, str, str], PriceItem]:
    item = PriceItem(EASTUS2, "Cognitive Services", FAMILY, meter, unit, amount, "EUR", date(2026, 11, 1))
    return {(EASTUS2, FAMILY.lower(), meter.lower()): item}


def artifact(
    endpoints: Mapping[str, Mapping[str, Any]], more: Sequence[tuple[str, Mapping[str, Any]]] = ()
) -> RegionArtifact:
    wanted = settings(endpoints, ["eastus2"])
    placed = place(wanted, catalogue(), facts([region_facts("eastus2")]), TODAY, on_unknown=OnUnknown.TRY)
    (estate,) = placed.estates
    extra = tuple(Resource(ResourceId("s", "g", kind, (f"n{at}",)), "v", body) for at, (kind, body) in enumerate(more))
    return RegionArtifact(estate, (), None, {}, {}, (*described(estate), *extra))


def test_chats_are_priced_by_what_is_asked_and_what_is_answered() -> None:
    use = use_of(deployment(), CHAT, 10, BOOK, RECORDED)
    assert use.chats.amount == near(10 * (1000 * 1.35e-6 + 2000 * 5.4e-6))
    assert use.chats.unknown == ()


def test_a_model_without_a_meter_has_an_unknown_cost_and_not_none() -> None:
    use = use_of(deployment("gpt-5"), CHAT, 10, BOOK, RECORDED)
    assert use.chats == Cost(None, "USD", ("gpt-5 in eastus2",))


def test_what_is_half_known_says_which_half() -> None:
    prices = PriceList("EUR", listed("R1 Inp glbl Tokens", 0.001), frozenset({(EASTUS2, FAMILY.lower())}))
    use = use_of(deployment(), CHAT, 1, BOOK, prices)
    assert use.chats == Cost(near(0.001), "EUR", ("DeepSeek-R1 output tokens in eastus2",))


def test_a_region_that_was_asked_and_has_no_such_meter_is_unknown_whatever_was_once_read() -> None:
    prices = PriceList("USD", {}, frozenset({(EASTUS2, FAMILY.lower())}))
    assert use_of(deployment(), CHAT, 1, BOOK, prices).chats.amount is None


def test_figures_once_read_are_in_dollars_only() -> None:
    assert use_of(deployment(), CHAT, 1, BOOK, PriceList("EUR")).chats.amount is None


def test_provisioned_units_cost_nothing_per_chat_and_by_the_hour_while_idle() -> None:
    placed = deployment(sku="GlobalProvisionedManaged", capacity=100)
    assert use_of(placed, CHAT, 1000, BOOK, RECORDED).chats == Cost(0.0, "USD")


def test_idle_is_what_surrounds_the_endpoints_private_endpoints_by_the_hour_storage_by_use() -> None:
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("Microsoft.Network/privateEndpoints", {}),
        ("Microsoft.Network/privateEndpoints", {}),
        ("Microsoft.Storage/storageAccounts", {}),
        ("Microsoft.KeyVault/vaults", {}),
    ]
    rows = {
        row.what: row
        for row in idle_of(artifact({"r1": {"model": "DeepSeek-R1", "hosting": "serverless"}}, kinds), BOOK, RECORDED)
    }
    assert rows["private-endpoint"].month == Cost(near(2 * 0.01 * 730), "USD")
    assert (rows["hub-storage"].month, rows["key-vault"].month) == (None, None)


def test_a_network_that_allows_only_named_destinations_brings_a_firewall() -> None:
    hub = {"properties": {"managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound"}}}
    found = idle_of(artifact({"r1": {"model": "DeepSeek-R1", "hosting": "serverless"}},
                             [("Microsoft.MachineLearningServices/workspaces", hub)]), BOOK, RECORDED)  # fmt: skip
    assert [(row.what, row.month and row.month.amount) for row in found] == [("firewall", near(1.25 * 730))]


def test_provisioned_units_are_paid_for_while_idle() -> None:
    sku = {"name": "GlobalProvisionedManaged", "pool": "AIServices.GlobalProvisionedManaged", "minimum": 100}
    endpoint = {
        "model": "DeepSeek-R1",
        "hosting": "foundry",
        "version": "1",
        "sku": "GlobalProvisionedManaged",
        "capacity": 100,
    }
    wanted = settings({"r1": endpoint}, ["eastus2"])
    found = facts([region_facts("eastus2", [{"name": "DeepSeek-R1", "skus": [sku]}],
                                {"AIServices.GlobalProvisionedManaged": (0, 1000)})])  # fmt: skip
    (estate,) = place(wanted, catalogue(), found, TODAY, on_unknown=OnUnknown.TRY).estates
    (row,) = idle_of(RegionArtifact(estate, (), None, {}, {}, ()), BOOK, RECORDED)
    assert (row.what, row.month) == ("r1: GlobalProvisionedManaged", Cost(near(73000), "USD"))


def test_a_ceiling_takes_every_token_at_the_dearer_price() -> None:
    assert ceiling_of([(deployment(), 1000)], BOOK, RECORDED).amount == near(1000 * 5.4e-6)


def test_a_ceiling_that_lacks_a_price_says_so() -> None:
    found = ceiling_of([(deployment(), 1000), (deployment("gpt-5"), 1000)], BOOK, RECORDED)
    assert (found.amount, found.unknown) == (near(0.0054), ("gpt-5 in eastus2",))


def test_the_price_list_is_asked_for_the_meters_in_use() -> None:
    here = artifact({"r1": {"model": "DeepSeek-R1", "hosting": "serverless"}}, [("Microsoft.KeyVault/vaults", {})])
    assert {meter.name for meter in meters_of([here], BOOK)[EASTUS2]} == {
        "R1 Inp regnl Tokens", "R1 Outp regnl Tokens", "Operations",
    }  # fmt: skip
    assert [one.endpoint for one in placed_in(here.estate)] == ["r1"]


@pytest.mark.parametrize(
    ("unit", "quantity"),
    [("1K", 1e3), ("1M", 1e6), ("10K", 1e4), ("1 Hour", 1), ("1/Hour", 1), ("1 GB/Month", 1), ("100 Months", 100),
     ("", 1), ("each", 1)],
)  # fmt: skip
def test_units_of_the_price_list_are_read(unit: str, quantity: float) -> None:
    assert quantity_of(unit) == quantity


costs = st.builds(
    Cost,
    st.none() | st.floats(0, 1e6),
    st.just("USD"),
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=2).map(tuple),
)


@given(st.lists(costs, max_size=6))
def test_a_sum_forgets_nothing_that_is_unknown(parts: list[Cost]) -> None:
    found = total(parts, "USD")
    assert set(found.unknown) == {what for part in parts for what in part.unknown}
    assert found.amount is None or found.amount == near(sum(part.amount or 0 for part in parts))
