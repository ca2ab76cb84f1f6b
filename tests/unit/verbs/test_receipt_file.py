"""What is read out of a receipt, and what is no receipt of this fleet."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from azserve.cli.receipts import write_receipt
from azserve.errors import AzserveError, ChecksFailed, ConfigurationError
from azserve.model.catalogue import Hosting
from azserve.model.endpoint import Endpoint
from azserve.model.names import EndpointKey, FleetId, ModelName, Region, SubscriptionId
from azserve.model.plan import Placement, Plan
from azserve.model.receipt import Receipt, RegionOutcome, RegionState
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Cloud, CloudSettings, RegionChoice, Settings, SignIn
from azserve.verbs.receipt_file import read_receipt

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-chat-eastus2/providers"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
R1 = Endpoint(
    key=EndpointKey("r1"),
    region=Region("eastus2"),
    hosting=Hosting.SERVERLESS,
    model=ModelName("DeepSeek-R1"),
    resource=ResourceId.parse(f"{GROUP}/Microsoft.MachineLearningServices/workspaces/p/serverlessEndpoints/r1-ab"),
    uri="https://r1-ab.eastus2.models.ai.azure.com",
    sign_in=SignIn.KEY,
    endpoint_state="Online",
)
V32 = Endpoint(
    key=EndpointKey("v32"),
    region=Region("eastus2"),
    hosting=Hosting.FOUNDRY,
    model=ModelName("DeepSeek-V3.2"),
    resource=ResourceId.parse(f"{GROUP}/Microsoft.CognitiveServices/accounts/ai/deployments/v32"),
    uri="https://ai.services.ai.azure.com",
    sign_in=SignIn.ENTRA,
    version="1",
)


def settings(**over: Any) -> Settings:
    cloud = over.pop("cloud", Cloud.PUBLIC)
    known = Settings(
        fleet_id=FleetId("chat"),
        file=Path("azserve.yaml"),
        endpoints={},
        regions=RegionChoice(()),
        cloud=CloudSettings(cloud, "https://management.azure.com", "https://management.azure.com"),
        subscription=SubscriptionId(SUBSCRIPTION),
    )
    return replace(known, **over)


def written(folder: Path, *endpoints: Endpoint, cloud: str = "public") -> Path:
    """Write a receipt as a deploy does."""
    outcome = RegionOutcome(Region("eastus2"), "rg-chat-eastus2", RegionState.DEPLOYED, endpoints=endpoints)
    plan = Plan(Placement(FleetId("chat"), (), ()), ())
    file = folder / "receipt.json"
    write_receipt(file, Receipt(FleetId("chat"), SUBSCRIPTION, cloud, NOW, NOW, (outcome,), plan))
    return file


def refusal(file: Path, known: Settings) -> AzserveError:
    with pytest.raises(AzserveError) as caught:
        read_receipt(file, known)
    return caught.value


def test_what_a_deploy_wrote_is_read_as_it_was(tmp_path: Path) -> None:
    file = written(tmp_path, R1, V32)

    assert read_receipt(file, settings()).endpoints == (R1, V32)


def test_a_receipt_names_the_subscription_where_nothing_else_does(tmp_path: Path) -> None:
    file = written(tmp_path, R1)

    assert read_receipt(file, settings(subscription=None)).subscription == SUBSCRIPTION


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"fleet_id": FleetId("chat", "prod")}, "fleet `chat`, the file of `chat/prod`"),
        ({"cloud": Cloud.USGOV}, "cloud `public`, the file of `usgov`"),
        ({"subscription": SubscriptionId("other")}, f"subscription `{SUBSCRIPTION}`, the file of `other`"),
    ],
)
def test_a_receipt_of_something_else_is_refused(tmp_path: Path, over: dict[str, Any], said: str) -> None:
    refused = refusal(written(tmp_path, R1), settings(**over))

    assert (type(refused), refused.code, said in refused.message) == (ConfigurationError, "receipt-of-another", True)


@pytest.mark.parametrize(
    "uri",
    [
        "https://r1-ab.eastus2.models.ai.azure.com.evil.example",
        "https://evil.eastus.cloudapp.azure.com",
        "https://evil.example/r1-ab.eastus2.models.ai.azure.com",
        "https://r1-ab.eastus2.models.ai.azure.com@evil.example",
        "http://r1-ab.eastus2.models.ai.azure.com",
        "http://127.0.0.1:1",
        "https://[",
    ],
)
def test_an_address_where_azure_serves_no_models_is_refused_before_any_key_is_read(tmp_path: Path, uri: str) -> None:
    assert refusal(written(tmp_path, replace(R1, uri=uri)), settings()).code == "address-foreign"


def test_the_local_cloud_is_on_this_machine(tmp_path: Path) -> None:
    here = "http://127.0.0.1:4190/_hosts/r1"

    found = read_receipt(written(tmp_path, replace(R1, uri=here), cloud="local"), settings(cloud=Cloud.LOCAL))

    assert found.endpoints[0].uri == here


def test_the_local_cloud_is_nowhere_else(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, R1, cloud="local"), settings(cloud=Cloud.LOCAL)).code == "address-foreign"


def test_another_cloud_has_addresses_of_its_own(tmp_path: Path) -> None:
    file = written(tmp_path, replace(R1, uri="https://r1.models.example"), cloud="url")

    assert read_receipt(file, settings(cloud=Cloud.URL)).endpoints[0].uri == "https://r1.models.example"


def test_an_endpoint_without_an_address_is_left_for_the_probes_to_tell(tmp_path: Path) -> None:
    assert read_receipt(written(tmp_path, replace(R1, uri="")), settings()).endpoints[0].uri == ""


def test_a_receipt_without_endpoints_has_nothing_to_ask(tmp_path: Path) -> None:
    assert isinstance(refusal(written(tmp_path), settings()), ChecksFailed)


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": "azserve/plan/v1"},
        {"regions": None},
        {"regions": [{}]},
        {"regions": [{"endpoints": [{"key": "r1"}]}]},
        {"regions": [{"endpoints": [1]}]},
        {"regions": [1]},
    ],
)
def test_what_is_no_receipt_is_told_as_such(tmp_path: Path, damage: dict[str, Any]) -> None:
    file = written(tmp_path, R1)
    file.write_text(json.dumps({**json.loads(file.read_text()), **damage}))

    assert refusal(file, settings()).code == "receipt-unreadable"


@pytest.mark.parametrize("member", ["key", "region", "hosting", "model", "resource", "uri", "sign_in"])
def test_a_damaged_endpoint_is_told_as_a_damaged_receipt(tmp_path: Path, member: str) -> None:
    file = written(tmp_path, R1)
    raw = json.loads(file.read_text())
    raw["regions"][0]["endpoints"][0][member] = 7
    file.write_text(json.dumps(raw))

    assert refusal(file, settings()).code == "receipt-unreadable"


@pytest.mark.parametrize("text", ["", "[" * 100_000, "\ufeff{}", "[]"])
def test_a_file_of_anything_else_is_no_receipt(tmp_path: Path, text: str) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(text)

    assert refusal(file, settings()).code == "receipt-unreadable"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.json", settings()).message
