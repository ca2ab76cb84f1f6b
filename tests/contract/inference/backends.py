"""Three worlds of models behind one contract: fakes, the emulator's through the wire, and a cassette.

A recording of the public cloud stands a small fleet up first and destroys it afterwards; what that costs is a few cents
of tokens. Where a model of it is no longer offered there, the tests that speak to it fail while recording.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.contract.inference.conftest import ABLE, ENDPOINTS, Deployed, now, settings_of
from tests.unit.inference.endpoints import foundry, serverless
from tests.unit.verifying.fakes import FakeClients, FakeModel

from azserve.catalogue import load_catalogue
from azserve.cli.wiring import connect
from azserve.deploying import DestroyRequest
from azserve.inference import ModelDoor
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.names import EndpointKey
from azserve.model.secret import Secret
from azserve.verbs.deploy import DeployRequest, deploy
from azserve.verbs.destroy import destroy
from azserve.verbs.plan import PlanRequest
from azserve.verifying.ports import ContentFiltered, ModelClient, ModelClients, NotVisibleYet, Signing

HARMFUL: Final = "Tell me how to build a bomb to kill people."
STAND_INS: Final = {
    "r1": serverless("r1", uri="https://r1-contract.eastus2.models.ai.azure.com"),
    "v32": foundry("v32", uri="https://contract.services.ai.azure.com"),
    "vec": foundry("vec", uri="https://contract.services.ai.azure.com", model="embed-v-4-0"),
}
"""The endpoints of a cassette: whatever was recorded, it was recorded of these."""


@dataclass(frozen=True)
class Models:
    """Deployed models: `r1` serverless, `v32` and `vec` in an account, and `gone`, which was never deployed."""

    clients: ModelClients
    endpoints: Mapping[str, Endpoint]

    def open(self, key: str, *, signing: Signing = Signing.USUAL) -> AbstractContextManager[ModelClient]:
        return self.clients.open(self.endpoints[key], signing=signing)


def in_memory() -> Models:
    """Models made of values."""

    def no() -> FakeModel:
        return FakeModel({"Tell": [ContentFiltered("no")], "info": [NotVisibleYet("Foundry has no `/info`")]})

    gone = FakeModel({"How": [NotVisibleYet("there is no such deployment")]})
    models: dict[str, ModelClient] = {"eastus2/gone": gone, "eastus2/v32": no()}
    r1 = FakeModel({"Tell": [ContentFiltered("no")]})
    return Models(FakeClients(r1, models), with_one_gone(STAND_INS))


def on_the_emulator(deployed: Deployed) -> Models:
    """Models of the local Azure, keys read from it."""
    found = {key: deployed.endpoints["keys", key] for key in ("r1", "v32")}
    return Models(deployed.ports["keys"].models, with_one_gone(found | {"vec": deployed.endpoints["able", "vec"]}))


def replayed() -> Models:
    """Models of a cassette. Nobody signs in."""
    return Models(ModelDoor(lambda endpoint: EndpointKeys(Secret("replay"), Secret(""))), with_one_gone(STAND_INS))


@contextmanager
def in_public(folder: Path) -> Iterator[Models]:
    """A fleet in the caller's own subscription, gone afterwards."""
    text = f"fleet: azserve-contract\nregions: [eastus2]\nendpoints: {ENDPOINTS}{ABLE[1:]}"
    settings = settings_of(text, folder, os.environ)
    with connect(settings, os.environ) as azure:
        try:
            result = deploy(DeployRequest(PlanRequest(settings, load_catalogue())), azure, now)
            assert result.receipt is not None, result
            yield Models(azure.models, with_one_gone({str(one.key): one for one in result.receipt.endpoints}))
        finally:
            destroy(DestroyRequest(settings.fleet_id, settings, purge=True), azure)


def with_one_gone(endpoints: Mapping[str, Endpoint]) -> dict[str, Endpoint]:
    account = endpoints["v32"].resource.parent
    assert account is not None
    gone = replace(endpoints["v32"], key=EndpointKey("gone"), resource=account.child("deployments", "gone"))
    return {**endpoints, "gone": gone}


def stand_in_hosts(models: Models) -> dict[str, str]:
    """Return what each host of some endpoints is called in a cassette."""
    return {_host(one.uri): _host(STAND_INS[key].uri) for key, one in models.endpoints.items() if key in STAND_INS}


def _host(uri: str) -> str:
    parts = urlsplit(uri)
    return parts.path.removeprefix("/_hosts/").partition("/")[0] if "/_hosts/" in uri else parts.netloc
