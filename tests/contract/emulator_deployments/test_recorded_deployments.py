"""What is answered about deployments has the form of recorded traffic."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.contract.emulator_arm.arm_client import ArmClient
from tests.contract.emulator_deployments.quickstarts import document, wish

pytestmark = pytest.mark.reference
RECORDINGS = Path(os.environ.get("AZSERVE_REFERENCE") or Path(__file__).parents[3] / "../shared/azure") / "recordings"
VERSION = "2021-04-01"
DEPLOYMENT = "/resourcegroups/rg/providers/Microsoft.Resources/deployments/main"

STORAGE = document(
    [
        {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "2023-05-01",
            "name": "[format('st{0}', variables('token'))]",
            "location": "[parameters('location')]",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "properties": {"allowSharedKeyAccess": False},
        }
    ],
    parameters={
        "environmentName": {"type": "string", "minLength": 1},
        "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
    },
    variables={"token": "[toLower(uniqueString(resourceGroup().id, parameters('environmentName')))]"},
    outputs={
        "STORAGE_ACCOUNT_ID": {
            "type": "string",
            "value": "[resourceId('Microsoft.Storage/storageAccounts', format('st{0}', variables('token')))]",
        },
        "STORAGE_ACCOUNT_NAME": {"type": "string", "value": "[format('st{0}', variables('token'))]"},
    },
)
"""In the manner of the recorded deployment."""


def recorded(name: str, number: int) -> dict[str, Any]:
    """One response of a recording."""
    path = RECORDINGS / name
    if not path.is_file():
        pytest.skip(f"the reference material is not there: {path}")
    response: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["exchanges"][number]["response"]
    return response


def problems(theirs: Any, ours: Any, at: str = "$") -> list[str]:
    """Where our value lacks a member, has one too many, or has one of another type."""
    if type(theirs) is not type(ours):
        return [f"{at}: {type(theirs).__name__} became {type(ours).__name__}"]
    if isinstance(theirs, dict):
        lacking = [f"{at}.{name} is missing" for name in theirs.keys() - ours.keys()]
        extra = [f"{at}.{name} is extra" for name in ours.keys() - theirs.keys()]
        shared = [name for name in theirs if name in ours]
        return [
            *lacking,
            *extra,
            *(one for name in shared for one in problems(theirs[name], ours[name], f"{at}.{name}")),
        ]
    if isinstance(theirs, list) and theirs and ours:
        return problems(theirs[0], ours[0], f"{at}[0]")
    return []


def headers(theirs: dict[str, Any], ours: Any) -> set[str]:
    return {name for name in theirs["headers"] if name not in {key.lower() for key in ours.headers}}


def tagged(template: dict[str, Any]) -> Any:
    tags = {"azd-env-name": "x", "azd-layer-name": "", "azd-provision-param-hash": "y"}
    body = wish(template, environmentName="x")
    body["properties"]["parameters"]["location"] = {"value": "eastus2", "reference": None}
    return {**body, "tags": tags}


@pytest.fixture
def finished(arm: ArmClient) -> Any:
    """The body of the deployment after its end."""
    return arm.finish("PUT", DEPLOYMENT, tagged(STORAGE), version=VERSION)


def test_the_answer_to_a_put_is_as_recorded(arm: ArmClient) -> None:
    theirs = recorded("rg-deployment-lifecycle.json", 4)
    ours = arm.ask("PUT", DEPLOYMENT, tagged(STORAGE), version=VERSION)
    assert (ours.status_code, headers(theirs, ours)) == (theirs["status"], set())
    assert problems(theirs["body"], ours.json()) == []


def test_validate_is_answered_as_recorded(arm: ArmClient) -> None:
    theirs = recorded("rg-deployment-lifecycle.json", 3)
    ours = arm.ask("POST", f"{DEPLOYMENT}/validate", tagged(STORAGE), version=VERSION)
    assert (ours.status_code, problems(theirs["body"], ours.json())) == (theirs["status"], [])


def test_a_finished_deployment_is_as_recorded(arm: ArmClient, finished: Any) -> None:
    theirs = recorded("rg-deployment-lifecycle.json", 6)
    assert problems(theirs["body"], finished) == []
    assert finished["properties"]["outputs"].keys() == theirs["body"]["properties"]["outputs"].keys()


def test_a_list_is_as_recorded(arm: ArmClient, finished: Any) -> None:
    theirs = recorded("rg-deployment-lifecycle.json", 7)
    ours = arm.ask("GET", DEPLOYMENT.rpartition("/")[0], version=VERSION)
    assert problems(theirs["body"], ours.json()) == []


def test_a_what_if_ends_as_recorded(arm: ArmClient) -> None:
    begun, ended = (recorded("sub-whatif.json", number) for number in (0, 1))
    tags = dict.fromkeys(ended["body"]["properties"]["changes"][0]["after"]["tags"], "x")
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2021-04-01",
        "name": "rg-new",
        "location": "eastus2",
        "tags": tags,
    }
    body = wish(document([group]), location="eastus2")
    path = "/providers/Microsoft.Resources/deployments/main/whatIf"
    first = arm.ask("POST", path, body, version=VERSION)
    ours = arm.finish("POST", path, body, version=VERSION)
    assert (first.status_code, first.text()) == (begun["status"], "")
    assert problems(ended["body"], ours) == []


def test_a_deployment_of_nothing_at_subscription_scope_ends_as_recorded(arm: ArmClient) -> None:
    theirs = recorded("sub-deployment-lifecycle.json", 9)
    body = {**wish(document([]), location="eastus2"), "tags": {"azd-deploy-reason": "down", "azd-env-name": "x"}}
    ours = arm.finish("PUT", "/providers/Microsoft.Resources/deployments/main", body, version=VERSION)
    assert problems(theirs["body"], ours) == []


def test_dropping_or_retyping_a_recorded_member_is_noticed() -> None:
    theirs = {"a": {"b": [{"c": 1}]}, "d": "x"}
    assert problems(theirs, theirs) == []
    assert problems(theirs, {"a": {"b": [{}]}, "d": "x"}) == ["$.a.b[0].c is missing"]
    assert problems(theirs, {"a": {"b": [{"c": "1"}]}, "d": "x"}) == ["$.a.b[0].c: int became str"]
    assert problems(theirs, {"a": {"b": []}, "d": "x", "e": 1}) == ["$.e is extra"]
