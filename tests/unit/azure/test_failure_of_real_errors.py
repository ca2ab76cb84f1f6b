"""The published error bodies of the real Azure come out as code, message and hint."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from azserve.azure.failure import failure_of

ROOT = Path(__file__).parents[3]
ERRORS = (ROOT / os.environ.get("AZSERVE_REFERENCE", "../shared/azure") / "errors").resolve()

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not ERRORS.is_dir(), reason=f"no reference material in {ERRORS}"),
]

EXPECTED = {
    "InvalidTemplateDeployment_InsufficientQuota": "InsufficientQuota",
    "InsufficientQuota_direct": "InsufficientQuota",
    "InsufficientQuota_old_wording": "InsufficientQuota",
    "InsufficientQuota_account": "InsufficientQuota",
    "DeploymentFailed_RequestConflict": "RequestConflict",
    "DeploymentFailed_ResourceDeploymentFailure_nested": "RequestConflict",
    "DeploymentModelNotSupported": "DeploymentModelNotSupported",
    "ServiceModelDeprecated": "ServiceModelDeprecated",
    "ServiceModelDeprecating": "ServiceModelDeprecating",
    "InvalidResourceProperties_sku_region": "InvalidResourceProperties",
    "InvalidResourceProperties_sku_model": "InvalidResourceProperties",
    "InvalidCapacity": "InvalidCapacity",
    "MarketplacePurchaseEligibilityFailed_template": "MarketplacePurchaseEligibilityFailed",
    "Marketplace_subscribe_enrollment": "UserError",
    "Marketplace_subscribe_payment": "UserError",
    "SubscriptionRequestsThrottled": "SubscriptionRequestsThrottled",
    "ResourceRequestsThrottled": "ResourceRequestsThrottled",
    "TooManyRequests_short": "TooManyRequests",
    "NoRegisteredProviderFound": "NoRegisteredProviderFound",
    "LocationNotAvailableForResourceType": "LocationNotAvailableForResourceType",
    "ResourceGroupNotFound": "ResourceGroupNotFound",
    "ServerlessModelNotAvailableInRegion": "ServerlessModelNotAvailableInRegion",
    "ServerlessOfferNotFound": "ServerlessOfferNotFound",
    "ServerlessEndpointNameNotAvailable": "UserError",
}
"""Innermost code of each published body, read off by hand."""


def published() -> list[dict[str, Any]]:
    if not ERRORS.is_dir():
        return []
    files = ("arm-and-cognitive-errors.json", "ml-serverless-errors.json")
    return [error for file in files for error in json.loads((ERRORS / file).read_text())["errors"]]


def test_every_published_error_is_expected_here() -> None:
    assert {error["name"] for error in published()} == set(EXPECTED)


@pytest.mark.parametrize("error", published(), ids=lambda error: error["name"])
def test_a_published_error_gives_its_innermost_code(error: dict[str, Any]) -> None:
    assert failure_of(error["body"]).code == EXPECTED[error["name"]]


@pytest.mark.parametrize("error", published(), ids=lambda error: error["name"])
def test_a_published_error_gives_one_readable_line(error: dict[str, Any]) -> None:
    message = failure_of(error["body"]).message
    assert message
    assert not message.startswith("{")
    assert "\n" not in message


@pytest.mark.parametrize("error", published(), ids=lambda error: error["name"])
def test_a_published_error_comes_with_a_hint(error: dict[str, Any]) -> None:
    assert failure_of(error["body"]).hint


@pytest.mark.parametrize(
    ("file", "code", "message"),
    [
        (
            "azd_arm_sample_error_01.json",
            "Conflict",
            "Website with given name devapi already exists (and one more like it)",
        ),
        (
            "azd_arm_sample_error_03.json",
            "ResourceNotFound",
            "The Resource 'Microsoft.Insights/components/matell-azdacainsights'",
        ),
    ],
)
def test_errors_inside_json_text_inside_errors_are_found(file: str, code: str, message: str) -> None:
    failure = failure_of((ERRORS / file).read_text())
    assert failure.code == code
    assert failure.message.startswith(message)


def test_a_failed_deployment_whose_inner_error_says_nothing_is_still_told() -> None:
    body = json.loads((ERRORS / "azd_failed-subscription-deployment.json").read_text())
    assert failure_of(body["properties"]["error"]).code == "DeploymentFailed"
