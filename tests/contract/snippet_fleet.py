"""A fleet on a local Azure with TLS, and the client code for its endpoints."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from azserve.catalogue import load_catalogue
from azserve.cli.wiring import connect
from azserve.config import ConfigRequest, load
from azserve.emulator.server import Emulator
from azserve.errors import Problem
from azserve.model.names import EndpointKey, Region
from azserve.model.results import SnippetResult
from azserve.model.settings import Settings
from azserve.model.snippet import Client, Language, Snippet, SnippetTask
from azserve.verbs.deploy import DeployRequest, deploy
from azserve.verbs.keys import KeysRequest, list_keys
from azserve.verbs.plan import PlanRequest
from azserve.verbs.ports import AzurePorts
from azserve.verbs.snippet import SnippetRequest, snippet

SPEED = 50.0
FLEETS = {
    "keys": """\
fleet: snippets
regions: [eastus2, westus3]
endpoints:
  r1: {model: DeepSeek-R1, hosting: serverless}
  v32: {model: DeepSeek-V3.2, version: "1", sku: GlobalStandard, capacity: 100, regions: [eastus2]}
  gpt: {model: gpt-5-mini, version: "2025-08-07", sku: GlobalStandard, capacity: 100, regions: [eastus2]}
foundry:
  access: [{self: true, role: call}]
""",
    "vectors": """\
fleet: vectors
regions: [eastus2]
endpoints:
  e: {model: embed-v-4-0, version: "1", sku: GlobalStandard, capacity: 10}
""",
    "tokens": """\
fleet: keyless
regions: [eastus2]
endpoints:
  phi: {model: Phi-4, hosting: serverless}
  raw: {model: DeepSeek-V3.2, version: "1", sku: GlobalStandard, capacity: 10, content_filter: off}
serverless:
  sign_in: entra
""",
}


def now() -> datetime:
    return datetime.now(UTC)


class Remembering:
    """A port that answers what it answered before: what stands does not change while these tests run."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            asked = f"{name}{arguments}"
            if asked not in self._known:
                self._known[asked] = getattr(self._port, name)(*arguments)
            return self._known[asked]

        return call


@dataclass(frozen=True)
class Fleet:
    """A deployed fleet."""

    emulator: Emulator
    settings: Settings
    azure: AzurePorts
    keys: Mapping[str, str]
    """By endpoint, where it has any."""

    def ask(
        self,
        language: Language,
        task: SnippetTask = SnippetTask.CHAT,
        endpoint: str | None = None,
        *,
        region: str | None = None,
        client: Client | None = None,
        out: Path | None = None,
        force: bool = False,
    ) -> tuple[SnippetResult, tuple[Problem, ...]]:
        """Ask for a program as the command does."""
        request = SnippetRequest(
            self.settings, load_catalogue(), language, task, client, EndpointKey(endpoint) if endpoint else None,
            Region(region) if region else None, out, force,
        )  # fmt: skip
        return snippet(request, self.azure, now)

    def snippet(self, language: Language, task: SnippetTask, endpoint: str, client: Client | None = None) -> Snippet:
        """Return a program."""
        return self.ask(language, task, endpoint, region="eastus2", client=client)[0].snippet

    def over_tls(self, program: str) -> str:
        """Return a program that talks to the same endpoint over TLS, which clients insist on."""
        return program.replace(self.emulator.url, self.emulator.tls_url)


@contextmanager
def deployed(emulator: Emulator, folder: Path, name: str) -> Iterator[Fleet]:
    """Deploy one of `FLEETS`, and yield it."""
    file = folder / f"{name}.yaml"
    file.write_text(FLEETS[name])
    environ = emulator.environment()
    with pytest.MonkeyPatch.context() as patched:
        for variable, value in environ.items():
            patched.setenv(variable, value)  # azure-identity reads them there
        settings = load(ConfigRequest(load_catalogue(), file, environ=environ))
        with connect(settings, environ) as azure:
            done = deploy(DeployRequest(PlanRequest(settings, load_catalogue())), azure, now).receipt
            assert done is not None
            rows = list_keys(KeysRequest(settings, load_catalogue()), azure, now).rows
            keys = {
                str(row.endpoint): row.keys.primary.reveal() for row in rows if row.keys and row.region == "eastus2"
            }
            remembered = replace(azure, reader=Remembering(azure.reader), endpoints=Remembering(azure.endpoints))
            yield Fleet(emulator, settings, remembered, keys)


def shell_environment(fleet: Fleet, snippet: Snippet) -> dict[str, str]:
    """Return the variables of somebody who did what the head of a program says."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    key = {snippet.key_variable: fleet.keys[snippet.endpoint]} if snippet.key_variable else {}
    return {**kept, **fleet.emulator.environment(), **key, "PYTHONUTF8": "1"}
