"""What every request passes: the token's limits, retries with a cap, one token for all."""

from __future__ import annotations

import threading

import pytest
from azure.core.exceptions import ServiceResponseError
from requests.exceptions import ConnectionError as Broken
from requests.exceptions import ReadTimeout
from tests.unit.azure.scripted import AT_ONCE, Answer, FixedToken, ScriptedAdapter, azure_with, error
from urllib3.exceptions import ProtocolError

from azserve.azure.arm import Arm
from azserve.azure.border import translated
from azserve.azure.pipeline import Patience, PatientRetry, SharedToken, is_loopback, transport
from azserve.errors import AzserveError, AzureFailed, SignInError

PATH = "/subscriptions/s/resourcegroups/g"
OK = Answer(200, {"id": PATH})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "::1"])
def test_what_stays_on_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", [None, "", "10.0.0.1", "localhost.evil.com", "127.0.0.1.evil.com", "2130706433"])
def test_what_may_leave_this_machine_is_not_loopback(host: str | None) -> None:
    assert not is_loopback(host)


def get(arm: Arm) -> object:
    with translated("read it"):
        return arm.get(PATH, "2021-04-01")


def test_the_token_goes_to_the_manager_over_https() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, OK)
    with azure_with(adapter) as azure:
        get(azure.arm)
    assert adapter.asked[0].headers["authorization"] == "Bearer token-for-https://management.azure.com/.default"


@pytest.mark.parametrize("manager", ["http://127.0.0.1:4190", "http://localhost:4190", "http://[::1]:4190"])
def test_the_token_goes_over_plain_http_on_loopback(manager: str) -> None:
    adapter = ScriptedAdapter().on("GET", PATH, OK)
    with azure_with(adapter, manager=manager) as azure:
        get(azure.arm)
    assert adapter.asked[0].headers["authorization"].startswith("Bearer ")


def test_the_token_is_refused_over_plain_http_elsewhere_at_once() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, OK)
    with azure_with(adapter, manager="http://azure.example") as azure, pytest.raises(SignInError) as caught:
        get(azure.arm)
    assert caught.value.code == "token-over-http"
    assert adapter.asked == []


def test_the_token_does_not_follow_a_redirect_to_another_host() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, Answer(302, None, {"Location": "https://evil.example/x"}))
    with azure_with(adapter) as azure, pytest.raises(SignInError) as caught:
        get(azure.arm)
    assert caught.value.code == "token-elsewhere"


def test_a_regional_host_of_the_manager_gets_the_token() -> None:
    where = "https://eastus2.management.azure.com/x"
    adapter = ScriptedAdapter().on("GET", PATH, Answer(302, None, {"Location": where})).on("GET", "/x", OK)
    with azure_with(adapter) as azure:
        assert get(azure.arm) == OK.body


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_asked_again(status: int) -> None:
    adapter = ScriptedAdapter().on("GET", PATH, error("X", status=status), OK)
    with azure_with(adapter) as azure:
        assert get(azure.arm) == OK.body


def test_asking_again_ends() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, error("TooManyRequests", status=429))
    with azure_with(adapter) as azure, pytest.raises(AzureFailed) as caught:
        get(azure.arm)
    assert (caught.value.code, len(adapter.asked)) == ("TooManyRequests", AT_ONCE.tries)


def test_what_does_not_pass_is_asked_once() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, error("InsufficientQuota"))
    with azure_with(adapter) as azure, pytest.raises(AzureFailed):
        get(azure.arm)
    assert len(adapter.asked) == 1


def test_another_operation_on_the_account_is_waited_for() -> None:
    adapter = ScriptedAdapter().on("POST", PATH, error("RequestConflict", status=409), OK)
    with azure_with(adapter) as azure:
        assert azure.arm.post(PATH, "v") == OK.body


def test_another_conflict_is_not_waited_for() -> None:
    adapter = ScriptedAdapter().on("POST", PATH, error("Conflict", status=409), OK)
    with azure_with(adapter) as azure, pytest.raises(AzserveError), translated("act"):
        azure.arm.post(PATH, "v")


def test_a_connection_that_broke_is_tried_again() -> None:
    broken = Answer(raises=Broken(ProtocolError("reset")))
    adapter = ScriptedAdapter().on("GET", PATH, broken, OK)
    with azure_with(adapter) as azure:
        assert get(azure.arm) == OK.body


def test_a_local_azure_that_refuses_is_not_waited_for() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, Answer(raises=Broken("refused")))
    with azure_with(adapter, manager="http://127.0.0.1:1") as azure, pytest.raises(AzureFailed):
        get(azure.arm)
    assert len(adapter.asked) == 1


class Http:
    def __init__(self, **headers: str) -> None:
        self.headers = headers


class Wrapped:
    def __init__(self, **headers: str) -> None:
        self.http_response = Http(**headers)


@pytest.mark.parametrize(("header", "pause"), [("5", 5.0), ("86400", 60.0), ("0.25", 0.25), ("0", 0.0), ("soon", None)])
def test_retry_after_is_honoured_and_capped(header: str, pause: float | None) -> None:
    retry = PatientRetry(Patience(), local=False)
    response: object = Wrapped(**{"retry-after": header})
    assert retry.get_retry_after(response) == pause  # type: ignore[arg-type]


def test_pauses_grow_from_the_first_repeat_on() -> None:
    retry = PatientRetry(Patience(first_pause_s=1.0, longest_pause_s=5.0), local=False)
    settings = {"backoff": 1.0, "max_backoff": 5.0}
    pauses = [retry.get_backoff_time({**settings, "history": [None] * repeats}) for repeats in (1, 2, 3, 4)]
    assert pauses == [1.0, 2.0, 4.0, 5.0]


def test_all_clients_and_threads_share_one_token() -> None:
    below = FixedToken()
    shared = SharedToken(below)
    threads = [threading.Thread(target=shared.get_token, args=("scope",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert below.asked == 1


def test_each_scope_has_its_own_token() -> None:
    shared = SharedToken(FixedToken())
    assert shared.get_token("a").token != shared.get_token("b").token


def test_a_token_is_renewed_before_it_ends() -> None:
    below = FixedToken(expires_on=1000)
    shared = SharedToken(below, now=lambda: 800.0)
    shared.get_token("scope")
    shared.get_token("scope")
    assert below.asked == 2


def test_claims_ask_for_a_new_token() -> None:
    below = FixedToken()
    shared = SharedToken(below)
    shared.get_token("scope")
    shared.get_token("scope", claims="{}")
    assert below.asked == 2


def test_closing_reaches_the_credential_below() -> None:
    class Closable(FixedToken):
        closed = False

        def close(self) -> None:
            self.closed = True

    below = Closable()
    SharedToken(below).close()
    assert below.closed


def test_proxies_do_not_come_between_us_and_loopback() -> None:
    assert transport("http://127.0.0.1:1", Patience()).session.trust_env is False


def test_proxies_are_used_for_the_public_cloud() -> None:
    assert transport("https://management.azure.com", Patience()).session.trust_env is True


def test_a_broken_answer_is_the_sdks_own_error_inside() -> None:
    adapter = ScriptedAdapter().on("GET", PATH, Answer(raises=Broken(ProtocolError("reset"))))
    with azure_with(adapter) as azure, pytest.raises(ServiceResponseError):
        azure.arm.get(PATH, "v")


def test_a_silence_of_the_full_length_is_repeated_once_only() -> None:
    """A hundred seconds each: four of them are longer than a person waits."""
    adapter = ScriptedAdapter().on("GET", PATH, Answer(raises=ReadTimeout("timed out")))
    with azure_with(adapter) as azure, pytest.raises(AzureFailed):
        get(azure.arm)
    assert len(adapter.asked) == 2 < AT_ONCE.tries
