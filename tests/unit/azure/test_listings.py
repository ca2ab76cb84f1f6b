"""Entries of Azure's model and usage lists, read into nouns. Bodies here are our own, in the recorded form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.azure.listings import offered_model, quota_pools
from azserve.model.facts import OfferedSku, RateLimit

R1: dict[str, Any] = {
    "kind": "AIServices",
    "location": "EastUS2",
    "model": {
        "publisher": "DeepSeek",
        "format": "DeepSeek",
        "name": "DeepSeek-R1",
        "version": "1",
        "isDefaultVersion": False,
        "lifecycleStatus": "Stable",
        "capabilities": {"chatCompletion": "true"},
        "deprecation": {"inference": "2099-12-31T00:00:00Z"},
        "skus": [
            {
                "name": "GlobalStandard",
                "usageName": "AIServices.GlobalStandard.DeepSeek-R1",
                "capacity": {"maximum": 5000, "default": 5000},
                "deprecationDate": "2026-08-13T00:00:00Z",
                "rateLimits": [{"key": "token", "renewalPeriod": 60, "count": 1000}],
                "costs": [{"name": "Hosting"}],
            },
            {
                "name": "GlobalProvisionedManaged",
                "usageName": "AIServices.GlobalProvisionedManaged",
                "capacity": {"minimum": 100, "maximum": 3000, "step": 100},
            },
        ],
    },
}


def with_model(**changes: Any) -> dict[str, Any]:
    return {**R1, "model": {**R1["model"], **changes}}


def test_a_model_is_read_with_its_identity() -> None:
    model = offered_model(R1)
    assert (model.format, model.name, model.version, model.kind) == ("DeepSeek", "DeepSeek-R1", "1", "AIServices")


def test_the_only_version_may_not_be_the_default() -> None:
    assert offered_model(R1).is_default_version is False


def test_a_year_that_stands_for_no_date_is_none() -> None:
    assert offered_model(R1).retires is None


def test_a_date_that_is_one_is_read() -> None:
    assert offered_model(with_model(deprecation={"inference": "2026-08-13T00:00:00Z"})).retires == date(2026, 8, 13)


def test_a_sku_is_read_with_its_limits_per_unit() -> None:
    assert offered_model(R1).skus[0] == OfferedSku(
        name="GlobalStandard",
        usage_name="AIServices.GlobalStandard.DeepSeek-R1",
        capacity_default=5000,
        capacity_maximum=5000,
        rate_limits=(RateLimit("token", 1000.0, 60.0),),
        deprecates=date(2026, 8, 13),
    )


def test_a_provisioned_sku_has_a_step_and_no_default() -> None:
    sku = offered_model(R1).skus[1]
    assert (sku.capacity_minimum, sku.capacity_step, sku.capacity_default) == (100, 100, None)


def test_skus_of_one_name_are_both_kept() -> None:
    two = [{"name": "Standard", "usageName": "a"}, {"name": "Standard", "usageName": "a-finetune"}]
    assert [sku.usage_name for sku in offered_model(with_model(skus=two)).skus] == ["a", "a-finetune"]


def test_a_model_without_a_publisher_has_none() -> None:
    assert offered_model(with_model(publisher=None)).publisher is None


def test_a_pool_may_hold_more_than_its_limit() -> None:
    (pool,) = quota_pools([{"name": {"value": "p", "localizedValue": "P"}, "currentValue": 150.0, "limit": 0.0}])
    assert (pool.name, pool.label, pool.current, pool.limit, pool.left) == ("p", "P", 150.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "numbers", [{"currentValue": 5}, {"limit": 5}, {"currentValue": 0, "limit": None}, {"currentValue": 0, "limit": -1}]
)
def test_a_pool_that_does_not_say_what_is_left_is_not_taken_for_an_empty_one(numbers: dict[str, Any]) -> None:
    assert quota_pools([{"name": {"value": "p"}, **numbers}]) == ()


@pytest.mark.parametrize("item", [{}, {"model": None}, {"model": {"skus": None}}, {"model": {"skus": [None, 1]}}])
def test_an_entry_with_less_in_it_is_read_all_the_same(item: dict[str, Any]) -> None:
    assert offered_model(item).skus == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "model",
                    "name",
                    "skus",
                    "capacity",
                    "maximum",
                    "rateLimits",
                    "count",
                    "deprecation",
                    "inference",
                    "limit",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["model", "kind", "name", "limit", "currentValue"]), json_values))
def test_no_entry_is_too_strange(item: dict[str, Any]) -> None:
    offered_model(item)
    quota_pools([item])
