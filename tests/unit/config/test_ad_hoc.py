"""Settings for a model that is asked about without a file."""

from __future__ import annotations

import pytest

from azserve.catalogue import load_catalogue
from azserve.config import ConfigRequest
from azserve.config.ad_hoc import AdHocModel, ad_hoc, no_fleet
from azserve.errors import ConfigurationError
from azserve.model.names import ModelName

SUBSCRIPTION = "5eeda25e-0000-4000-8000-000000000001"
REQUEST = ConfigRequest(load_catalogue(), environ={"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, "AZSERVE_ENV": "dev"})


def test_a_model_with_two_hostings_is_asked_about_in_both() -> None:
    assert list(ad_hoc(REQUEST, AdHocModel(ModelName("DeepSeek-R1"))).endpoints) == ["serverless", "foundry"]


def test_a_capacity_means_foundry() -> None:
    (endpoint,) = ad_hoc(REQUEST, AdHocModel(ModelName("DeepSeek-R1"), capacity=7)).endpoints.values()
    assert (endpoint.key, endpoint.capacity and endpoint.capacity.minimum) == ("foundry", 7)


def test_the_newest_known_version_is_taken_unless_one_is_named() -> None:
    newest, named = (
        ad_hoc(REQUEST, AdHocModel(ModelName("gpt-4o"), version=version)) for version in (None, "2024-08-06")
    )
    assert [one.endpoints[next(iter(one.endpoints))].version for one in (newest, named)] == ["2024-11-20", "2024-08-06"]


def test_the_environment_says_the_subscription_and_no_environment_of_a_file_matters() -> None:
    assert no_fleet(REQUEST).subscription == SUBSCRIPTION


def test_a_sku_that_there_is_not_is_told_without_a_place_in_a_file_nobody_wrote() -> None:
    with pytest.raises(ConfigurationError) as raised:
        ad_hoc(REQUEST, AdHocModel(ModelName("gpt-4o"), sku="Enormous"))
    assert [problem.where for problem in raised.value.problems] == [None]
