"""Who gets a client, and with what."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.inference.endpoints import KEY, foundry, keys, serverless

from azserve.errors import AzserveError, PermissionDenied, SignInError
from azserve.inference import ModelDoor
from azserve.inference.door import KeyRing
from azserve.model.endpoint import ConnectionTarget, Endpoint, EndpointKeys
from azserve.model.secret import Secret
from azserve.model.settings import SignIn
from azserve.verifying.ports import Unreachable


def no_keys(endpoint: Endpoint) -> EndpointKeys:
    raise PermissionDenied("not allowed to list keys")


def refusal_of(endpoint: Endpoint, door: ModelDoor) -> AzserveError:
    with pytest.raises(AzserveError) as caught, door.open(endpoint):
        pass
    return caught.value


def test_an_endpoint_without_an_address_cannot_be_reached_yet() -> None:
    assert refusal_of(serverless(uri=""), ModelDoor(keys)).code == "unreachable"


@pytest.mark.parametrize(
    "uri",
    [
        "http://r1.eastus2.models.ai.azure.com",
        "ftp://127.0.0.1",
        "r1.models.ai.azure.com",
        "https://",
        "http://[::1",
        "https://a..azure.com",
        f"https://{'x' * 64}.azure.com",
    ],
)
def test_no_key_is_sent_where_others_could_read_it(uri: str) -> None:
    asked: list[Endpoint] = []

    def fetch(endpoint: Endpoint) -> EndpointKeys:
        asked.append(endpoint)
        return keys(endpoint)

    error = refusal_of(serverless(uri=uri), ModelDoor(fetch))

    assert isinstance(error, Unreachable)
    assert "not an address that a key may be sent to" in error.message
    assert asked == []


def test_an_endpoint_for_tokens_needs_somebody_who_is_signed_in() -> None:
    error = refusal_of(serverless(sign_in=SignIn.ENTRA), ModelDoor(keys))

    assert isinstance(error, SignInError)
    assert error.where == "eastus2/r1"


def test_where_the_key_may_not_be_read_a_token_will_do() -> None:
    door = ModelDoor(no_keys, lambda audience: Secret("token"))

    with door.open(foundry(sign_in=SignIn.BOTH)):
        pass


@pytest.mark.parametrize("sign_in", [SignIn.KEY, SignIn.BOTH])
def test_without_a_token_the_missing_permission_is_told(sign_in: SignIn) -> None:
    door = ModelDoor(no_keys, (lambda audience: Secret("token")) if sign_in is SignIn.KEY else None)

    assert isinstance(refusal_of(foundry(sign_in=sign_in), door), PermissionDenied)


def test_the_key_of_a_connection_is_not_sent_where_others_could_read_it() -> None:
    plain = ConnectionTarget("http://r1.eastus2.models.ai.azure.com", Secret("k"))
    door = ModelDoor(keys, connections=lambda _: plain)

    with pytest.raises(Unreachable), door.open(serverless(), through=serverless().resource):
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "/nowhere/ca.pem"), ("ALL_PROXY", "gopher://proxy"), ("HTTPS_PROXY", "socks9://proxy")],
)
def test_a_proxy_or_certificate_setting_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    error = refusal_of(serverless(), ModelDoor(keys))

    assert error.message == "this machine's settings for proxies or certificates cannot be used"
    assert "SSL_CERT_FILE" in (error.hint or "")


class Counting:
    """Hands out keys and counts how often."""

    def __init__(self, *pairs: tuple[str, str], fails: int = 0) -> None:
        self.calls = 0
        self.fails = fails
        self._lock = threading.Lock()

    def __call__(self, endpoint: Endpoint) -> EndpointKeys:
        with self._lock:
            self.calls += 1
        if self.calls <= self.fails:
            raise PermissionDenied("not yet")
        return keys(endpoint)


def test_a_key_is_fetched_once_however_many_ask_at_the_same_time() -> None:
    fetch = Counting()
    ring = KeyRing(fetch)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ring.of, [serverless()] * 32))

    assert {key.reveal() for key in found} == {KEY}
    assert fetch.calls == 1


def test_deployments_of_one_account_share_its_key() -> None:
    fetch = Counting()
    ring = KeyRing(fetch)

    for endpoint in (foundry("a"), foundry("b"), foundry("a", region="westus3")):
        ring.of(endpoint)

    assert fetch.calls == 2


def test_serverless_endpoints_of_one_project_do_not() -> None:
    fetch = Counting()
    ring = KeyRing(fetch)

    for endpoint in (serverless("a"), serverless("b")):
        ring.of(endpoint)

    assert fetch.calls == 2


def test_after_a_failure_the_next_one_tries_again() -> None:
    ring = KeyRing(Counting(fails=1))
    with pytest.raises(PermissionDenied):
        ring.of(serverless())

    assert ring.of(serverless()).reveal() == KEY


def test_the_second_key_will_do_where_the_first_is_missing() -> None:
    ring = KeyRing(lambda endpoint: EndpointKeys(Secret(""), Secret("second")))

    assert ring.of(serverless()).reveal() == "second"
