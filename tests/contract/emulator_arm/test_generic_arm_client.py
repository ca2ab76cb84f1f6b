"""Azure's generic ARM client drives groups and resources through their whole life."""

from __future__ import annotations

from urllib.request import Request, urlopen

import pytest
from azure.core.exceptions import HttpResponseError
from tests.contract.emulator_arm.arm_client import ArmClient

from azserve.emulator.server import Emulator

ACCOUNT = {
    "location": "eastus2",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
    "properties": {"customSubDomainName": "contract-arm"},
}
ACCOUNTS = "/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts"
VERSION = "2025-06-01"


@pytest.fixture
def group(arm: ArmClient) -> ArmClient:
    assert arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2", "tags": {"fleet": "x"}}).status_code == 201
    return arm


def test_a_group_is_deleted_to_an_empty_end(group: ArmClient) -> None:
    group.finish("PUT", f"{ACCOUNTS}/one", ACCOUNT, version=VERSION)

    assert not group.finish("DELETE", "/resourceGroups/rg")
    assert group.ask("HEAD", "/resourceGroups/rg").status_code == 404


def test_a_resource_is_made_and_polled_to_its_end(group: ArmClient) -> None:
    made = group.finish("PUT", f"{ACCOUNTS}/one", ACCOUNT, version=VERSION)

    assert made["properties"]["provisioningState"] == "Succeeded"
    assert len(group.polls) >= 2


def test_a_resource_is_changed_listed_and_deleted(group: ArmClient) -> None:
    group.finish("PUT", f"{ACCOUNTS}/one", ACCOUNT, version=VERSION)
    group.finish("PATCH", f"{ACCOUNTS}/one", {"tags": {"a": "b"}}, version=VERSION)
    listed = group.ask("GET", "/resources?$filter=tagName eq 'a' and tagValue eq 'b'").json()["value"]
    group.finish("DELETE", f"{ACCOUNTS}/one", version=VERSION)

    assert [one["name"] for one in listed] == ["one"]
    assert group.ask("GET", f"{ACCOUNTS}/one", version=VERSION).status_code == 404


def test_groups_are_paged_to_the_last(arm: ArmClient) -> None:
    for name in ("a", "b", "c", "d"):
        arm.ask("PUT", f"/resourceGroups/{name}", {"location": "westus3"})

    pages = arm.pages("/resourcegroups?$top=2")
    assert [[one["name"] for one in page] for page in pages] == [["a", "b"], ["c", "d"], []]


def test_a_refusal_reads_as_an_azure_error(arm: ArmClient) -> None:
    answer = arm.ask("PUT", f"{ACCOUNTS}/one", ACCOUNT, version=VERSION)
    with pytest.raises(HttpResponseError) as raised:
        answer.raise_for_status()

    assert answer.status_code == 404
    assert raised.value.error is not None
    assert raised.value.error.code == "ResourceGroupNotFound"


def test_a_token_past_its_time_is_refused_with_a_challenge(emulator: Emulator, arm: ArmClient) -> None:
    with urlopen(Request(f"{emulator.url}/_emulator/clock", method="PUT", data=b'{"advance_s": 5000000}')):
        answer = arm.ask("GET", "")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
