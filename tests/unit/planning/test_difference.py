"""Rendered against live: what the template sets is compared, Azure's additions and spellings are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.model.plan import Change
from azserve.planning.difference import changes_between, same

SAME: list[tuple[Any, Any]] = [
    ({"location": "eastus2"}, {"location": "East US 2"}),
    ({"tags": {"owner": "ml"}}, {"tags": {"Owner": "ml", "added-by": "policy"}}),
    ({"sku": {"capacity": 50}}, {"sku": {"capacity": 50.0, "tier": "Standard"}}),
    (
        {"properties": {"hubResourceId": "/subscriptions/A/resourceGroups/B"}},
        {"properties": {"hubResourceId": "/subscriptions/a/resourcegroups/b/"}},
    ),
    (
        {"identity": {"type": "SystemAssigned,UserAssigned"}},
        {"identity": {"type": "SystemAssigned, UserAssigned", "principalId": "x"}},
    ),
    (
        {"identity": {"userAssignedIdentities": {"/subscriptions/A/x": {}}}},
        {"identity": {"userAssignedIdentities": {"/subscriptions/a/X": {"clientId": "c"}}}},
    ),
    ({"properties": {"networkAcls": {"ipRules": []}}}, {"properties": {}}),
    (
        {"properties": {"rules": [{"name": "a"}, {"name": "b"}]}},
        {"properties": {"rules": [{"name": "b"}, {"name": "a", "x": 1}]}},
    ),
    ({"properties": {"publicNetworkAccess": "Enabled"}}, {"properties": {"publicNetworkAccess": "enabled"}}),
    ({"properties": {"unset": None}}, {"properties": {"unset": "x"}}),
    ({"tags": {}}, {}),
]


@pytest.mark.parametrize(("desired", "live"), SAME)
def test_spellings_and_additions_are_no_change(desired: Any, live: Any) -> None:
    assert changes_between(desired, live) == ()


DIFFERENT: list[tuple[Any, Any, Change]] = [
    ({"sku": {"capacity": 50}}, {"sku": {"capacity": 51}}, Change("sku.capacity", 51, 50)),
    ({"tags": {"owner": "ml"}}, {}, Change("tags", None, {"owner": "ml"})),
    ({"tags": {"owner": "ml"}}, {"tags": {}}, Change("tags.owner", None, "ml")),
    ({"tags": {"owner": "ML"}}, {"tags": {"owner": "ml"}}, Change("tags.owner", "ml", "ML")),
    ({"properties": {"on": True}}, {"properties": {"on": 1}}, Change("properties.on", 1, True)),
    ({"properties": {"n": 1}}, {"properties": {"n": True}}, Change("properties.n", True, 1)),
    ({"p": {"rules": ["a"]}}, {"p": {"rules": ["a", "b"]}}, Change("p.rules", ["a", "b"], ["a"])),
    ({"p": {"rules": ["a"]}}, {"p": {"rules": ["b"]}}, Change("p.rules", ["b"], ["a"])),
    ({"p": {"rules": ["a"]}}, {"p": {"rules": "a"}}, Change("p.rules", "a", ["a"])),
    ({"p": {"model": {"v": "1"}}}, {"p": {"model": "x"}}, Change("p.model", "x", {"v": "1"})),
]


@pytest.mark.parametrize(("desired", "live", "change"), DIFFERENT)
def test_a_change_names_path_old_and_new(desired: Any, live: Any, change: Change) -> None:
    assert changes_between(desired, live) == (change,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdef"), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_everything_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


@given(st.dictionaries(st.sampled_from("abc"), JSON), st.dictionaries(st.sampled_from("xyz"), JSON))
def test_what_azure_adds_never_counts(desired: Any, added: Any) -> None:
    assert same(desired, {**added, **desired})
