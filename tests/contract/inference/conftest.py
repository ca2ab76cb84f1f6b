"""Small fleets on a running emulator, made as azserve makes them: for keys, for tokens alone, and of able models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from azserve.catalogue import load_catalogue
from azserve.cli.wiring import connect
from azserve.config import ConfigRequest, load
from azserve.emulator.server import Emulator
from azserve.model.endpoint import Endpoint
from azserve.model.secret import Secret
from azserve.model.settings import Settings
from azserve.verbs.deploy import DeployRequest, deploy
from azserve.verbs.plan import PlanRequest
from azserve.verbs.ports import AzurePorts

ENDPOINTS = """
  r1: {model: DeepSeek-R1, hosting: serverless}
  v32: {model: DeepSeek-V3.2, version: "1", sku: GlobalStandard, capacity: 50}
  r1f: {model: DeepSeek-R1, hosting: foundry, version: "1", sku: GlobalStandard, capacity: 50}
"""
ABLE = """
  o4: {model: gpt-4o, version: "2024-11-20", sku: GlobalStandard, capacity: 50}
  o5: {model: gpt-5-mini, version: "2025-08-07", sku: GlobalStandard, capacity: 50}
  vec: {model: embed-v-4-0, version: "1", sku: GlobalStandard, capacity: 50}
"""
FLEETS = {
    "able": f"fleet: able\nregions: [eastus2]\nendpoints: {ABLE}",
    "tokens": f"""
fleet: tokens
regions: [eastus2]
serverless: {{sign_in: entra}}
foundry: {{sign_in: entra, access: [{{self: true, role: call}}]}}
endpoints: {ENDPOINTS}
""",
    "keys": f"""
fleet: keys
regions: [eastus2]
serverless: {{connections: [{{project: PROJECT}}]}}
endpoints: {ENDPOINTS}
""",
}
"""In the order they are made: `PROJECT` is the one of `tokens`, which `keys` is connected to."""


@dataclass(frozen=True)
class Deployed:
    """Fleets that stand."""

    emulator: Emulator
    endpoints: Mapping[tuple[str, str], Endpoint]
    """By fleet and key."""
    ports: Mapping[str, AzurePorts]
    settings: Mapping[str, Settings]

    def put_scenario(self, overlay: Mapping[str, object]) -> None:
        """Lay something over the default scenario."""
        self._admin("PUT", "scenario", overlay)

    def put_faults(self, *rules: Mapping[str, object]) -> None:
        """Let requests meet faults."""
        self._admin("PUT", "faults", {"rules": list(rules)})

    def as_it_was(self) -> None:
        """Take scenario and faults back."""
        self._admin("PUT", "scenario", {})
        self._admin("DELETE", "faults", None)

    def token_for(self, audience: str) -> Secret:
        """Return a token of the managed identity, for whomever."""
        found = Request(
            f"{self.emulator.identity_endpoint}?api-version=2019-08-01&resource={audience}",
            headers={"X-IDENTITY-HEADER": self.emulator.identity_header},
        )
        with urlopen(found) as answer:
            return Secret(json.load(answer)["access_token"])

    def _admin(self, method: str, what: str, body: object) -> None:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.emulator.url}/_emulator/{what}", method=method, data=data)):
            pass


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """All of them, deployed once per test process."""
    catalogue = load_catalogue()
    with Emulator(speed=200) as emulator, pytest.MonkeyPatch.context() as patched, ExitStack() as open_ports:
        environ = emulator.environment()
        for name, value in environ.items():
            patched.setenv(name, value)
        endpoints: dict[tuple[str, str], Endpoint] = {}
        ports: dict[str, AzurePorts] = {}
        known: dict[str, Settings] = {}
        for name, text in FLEETS.items():
            project = endpoints["tokens", "r1"].resource.parent if "PROJECT" in text else None
            settings = known[name] = settings_of(
                text.replace("PROJECT", str(project)), tmp_path_factory.mktemp(name), environ
            )
            ports[name] = open_ports.enter_context(connect(settings, environ))
            result = deploy(DeployRequest(PlanRequest(settings, catalogue)), ports[name], now)
            assert result.receipt is not None
            endpoints |= {(name, str(each.key)): each for each in result.receipt.endpoints}
            assert len(result.receipt.endpoints) == 3, result.receipt
        yield Deployed(emulator, endpoints, ports, known)


def settings_of(text: str, folder: Path, environ: Mapping[str, str]) -> Settings:
    """Resolve a file's text."""
    file = folder / "azserve.yaml"
    file.write_text(text)
    return load(ConfigRequest(load_catalogue(), file, environ=environ))


@pytest.fixture
def fleets(deployed: Deployed) -> Iterator[Deployed]:
    """All fleets; whatever a test does to scenario and faults is undone."""
    yield deployed
    deployed.as_it_was()
