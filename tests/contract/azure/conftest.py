"""Three Azures behind one contract: a fake of values, the emulator through the real SDKs, and a cassette."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from tests.cassette_hygiene import MANAGER, SUBSCRIPTION, Scrubber
from tests.contract.azure.in_memory import InMemoryAzure
from tests.contract.conftest import RECORDS_FROM

from azserve.azure.connection import Azure, connect
from azserve.azure.pipeline import Patience
from azserve.azure.reader import Reader, Subscriptions
from azserve.azure.signin import SignInRequest
from azserve.deploying.ports import Deployments, Removal
from azserve.emulator.server import Emulator
from azserve.model.settings import Cloud, CloudSettings
from azserve.surveying.ports import AzureReader

AUDIENCE = "https://management.azure.com"
PUBLIC = CloudSettings(Cloud.PUBLIC, MANAGER, AUDIENCE, "https://login.microsoftonline.com")
IN_A_HURRY = Patience(poll_exactly_s=0.0, first_pause_s=0.0)


@dataclass(frozen=True)
class Backend:
    """One Azure."""

    reader: AzureReader
    deployments: Deployments
    removal: Removal
    subscription: str
    slow_down: Callable[[], object] = lambda: None
    """Let its time pass as slowly as the wall's, so that what takes seconds is seen to."""


class ReplayToken:
    """A credential for replays, which never sign in."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("replay", 4_000_000_000)


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    known = {name.lower(): SUBSCRIPTION for name in (os.environ.get("AZURE_SUBSCRIPTION_ID", ""), LOCAL_SUBSCRIPTION)}
    scrubber = Scrubber(known)
    return {
        "serializer": "stated",
        "path_transformer": lambda path: path.removesuffix(".stated").removesuffix(".yaml") + ".yaml",
        "before_record_request": scrubber.request,
        "before_record_response": scrubber.response,
        "decode_compressed_response": True,
        "match_on": ["method", "scheme", "host", "path", "query", "body"],
    }


LOCAL_SUBSCRIPTION = Emulator().subscription


@pytest.fixture(params=["fake", "emulator", pytest.param("cassette", marks=pytest.mark.vcr)])
def backend(request: pytest.FixtureRequest) -> Backend:
    found: Backend = request.getfixturevalue(f"{request.param}_backend")
    return found


@pytest.fixture
def fake_backend() -> Backend:
    azure = InMemoryAzure()
    return Backend(azure, azure, azure, SUBSCRIPTION)


@pytest.fixture
def emulator_backend(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    with _local(emulator, monkeypatch, Patience()) as azure:
        yield _ports(azure, emulator.subscription, emulator.url)


@pytest.fixture
def cassette_backend(
    record_mode: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """A replay, or while recording the Azure that is recorded."""
    if record_mode == "none":
        with Azure(PUBLIC, ReplayToken(), patience=IN_A_HURRY) as azure:
            yield _ports(azure, SUBSCRIPTION)
    elif RECORDS_FROM == "local":
        emulator: Emulator = request.getfixturevalue("emulator")
        with _local(emulator, monkeypatch, Patience()) as azure:
            yield _ports(azure, emulator.subscription, emulator.url)
    else:
        with connect(SignInRequest(PUBLIC, environ=os.environ)) as azure:
            yield _ports(azure, os.environ["AZURE_SUBSCRIPTION_ID"])


def _local(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, patience: Patience) -> Azure:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    cloud = CloudSettings(Cloud.LOCAL, emulator.url, AUDIENCE)
    return connect(SignInRequest(cloud, environ=os.environ), patience=patience)


def _ports(azure: Azure, subscription: str, emulator: str | None = None) -> Backend:
    def slow_down() -> None:
        if emulator is not None:
            requests.put(f"{emulator}/_emulator/clock", json={"speed": 1}, timeout=10).raise_for_status()

    ours = Subscriptions(subscription)
    # While vcr records one connection it lets another thread's by unrecorded, so requests go one at a time.
    reader = Reader(azure, ours, at_once=1)
    return Backend(reader, azure.deployments(), azure.removal(ours), subscription, slow_down)
