"""The application without a socket: limits, faults, the log, admin, throttling, bugs of our own."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.unit.emulator.things import BOX, GROUP, ROOT, THINGS, StoppedClock

from azserve.emulator import providers, reading, scenarios
from azserve.emulator.app import LocalAzureApp
from azserve.emulator.identity.clients import managed_identity
from azserve.emulator.identity.tokens import issue
from azserve.emulator.kernel.kinds import Target
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply, StreamReply
from azserve.emulator.kernel.world import World
from azserve.emulator.site import Parts, Site


@dataclass
class Answer:
    """What went out."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def code(self) -> tuple[int, str]:
        return self.status, self.json["error"]["code"]


def _serve_model(world: World, target: Target | None, call: Call, path: str) -> Reply | StreamReply:
    match path:
        case "/bug":
            raise ZeroDivisionError("planted")
        case "/stream":
            return StreamReply(200, [(0.0, b"a"), (0.001, b"b"), (0.0, b"c")], {"Content-Type": "text/event-stream"})
        case "/broken-stream":
            return StreamReply(200, _breaks())
        case "/bytes":
            return Reply(200, b"\x00\x01")
        case "/refuse":
            raise ArmError(418, "Teapot", "Short and stout.")
        case _:
            return Reply(200, {"path": path, "body": call.body, "target": target})


def _breaks() -> Iterable[tuple[float, bytes]]:
    yield 0.0, b"a"
    raise ZeroDivisionError("planted")


class FakeTransport:
    """Remembers how it was closed."""

    def __init__(self) -> None:
        self.closed: str | None = None

    def get_extra_info(self, name: str) -> None:
        return None

    def abort(self) -> None:
        self.closed = "reset"

    def close(self) -> None:
        self.closed = "closed"


class Client:
    """Sends requests to the application as a web server would."""

    def __init__(self) -> None:
        parts = Parts(
            offer=lambda scenario: (THINGS, *providers.offered(scenario)),
            resolve_host=lambda world, host: None,
            serve_model=_serve_model,
            load_scenario=scenarios.load,
            expand_scenario=scenarios.expand,
        )
        self.site = Site(parts=parts, clock=StoppedClock(), identity_secret="s")
        self.app = LocalAzureApp(self.site)
        self.transport = FakeTransport()

    def token(self, audience: str = "https://management.azure.com") -> str:
        return issue(self.site.world, audience=audience, client=managed_identity(self.site.world), lifetime_s=3600)

    def ask(
        self,
        method: str,
        target: str,
        body: Json = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        sign_in: bool = True,
        parts: int = 1,
    ) -> Answer:
        """Send one request; the connection ends half a second later at the most."""
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        path, _, query = target.partition("?")
        sent = {"host": "127.0.0.1:4190", "content-type": "application/json", **(headers or {})}
        if sign_in:
            sent.setdefault("authorization", f"Bearer {self.token()}")
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            "server": ("127.0.0.1", 4190),
            "state": {"transport": self.transport},
        }
        return asyncio.run(self._run(scope, data, parts))

    async def _run(self, scope: dict[str, Any], data: bytes, parts: int) -> Answer:
        step = -(-len(data) // parts) or 1
        pieces = [data[at : at + step] for at in range(0, len(data), step)] or [b""]
        answer = Answer()

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0)
            if pieces:
                piece = pieces.pop(0)
                return {"type": "http.request", "body": piece, "more_body": bool(pieces)}
            await asyncio.sleep(0.05)
            return {"type": "http.disconnect"}

        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message["body"]
                answer.complete = not message.get("more_body", False)

        await self.app(scope, receive, send)
        return answer


@pytest.fixture
def client() -> Client:
    return Client()


def _admin(client: Client, method: str, path: str, body: Json = None) -> Answer:
    return client.ask(method, f"/_emulator/{path}", body, sign_in=False)


def _faults(client: Client, *rules: Json) -> None:
    assert _admin(client, "PUT", "faults", {"rules": list(rules)}).status == 200


LIST = f"{ROOT}/resourcegroups?api-version=2021-04-01"
HOST = "/_hosts/x.eastus2.models.ai.azure.com"


def test_arm_answers_with_the_headers_it_has(client: Client) -> None:
    answer = client.ask("GET", LIST, headers={"x-ms-correlation-request-id": "mine"})

    assert (answer.status, answer.json) == (200, {"value": []})
    assert answer.headers["x-ms-correlation-request-id"] == "mine"
    assert answer.headers["date"] == "Sun, 22 Nov 2026 21:05:07 GMT"
    assert answer.headers["x-ms-ratelimit-remaining-subscription-reads"] == "249"
    assert answer.headers["x-ms-ratelimit-remaining-subscription-global-reads"] == "3749"
    assert len(answer.headers["x-ms-request-id"]) == 36
    assert answer.headers["content-length"] == str(len(answer.body))


def test_the_clients_own_request_id_comes_back_on_request(client: Client) -> None:
    asked = {"x-ms-client-request-id": "mine", "x-ms-return-client-request-id": "true"}

    assert client.ask("GET", LIST, headers=asked).headers["x-ms-client-request-id"] == "mine"


def test_arm_wants_a_token(client: Client) -> None:
    refused = client.ask("GET", LIST, sign_in=False)

    assert refused.code == (401, "AuthenticationFailed")
    assert refused.headers["www-authenticate"].startswith("Bearer ")


def test_the_emulators_address_is_an_audience_of_arm(client: Client) -> None:
    token = client.token("http://127.0.0.1:4190")

    assert client.ask("GET", LIST, headers={"authorization": f"Bearer {token}"}).status == 200


def test_a_head_has_no_body(client: Client) -> None:
    answer = client.ask("HEAD", f"{GROUP}?api-version=2021-04-01")

    assert (answer.status, answer.body) == (404, b"")


def test_identity_and_metadata_need_no_token(client: Client) -> None:
    resource = "resource=https://management.azure.com"
    token = client.ask("GET", f"/msi/token?api-version=2019-08-01&{resource}", headers={"x-identity-header": "s"},
                       sign_in=False)  # fmt: skip

    assert token.json["token_type"] == "Bearer"
    assert client.ask("GET", "/metadata/endpoints?api-version=2022-09-01", sign_in=False).json["resourceManager"]
    assert client.ask("GET", "/msi/other", sign_in=False).status == 404
    assert client.ask("POST", f"/{client.site.tenant}/oauth2/v2.0/token", raw=b"a=b", sign_in=False,
                      headers={"content-type": "application/x-www-form-urlencoded"}).status == 400  # fmt: skip
    assert client.ask("GET", f"/{client.site.tenant}/oauth2/v2.0/authorize", sign_in=False).status == 404


def test_a_data_plane_host_gets_the_path_below_it(client: Client) -> None:
    assert client.ask("POST", f"{HOST}/chat/completions", {"a": 1}).json["path"] == "/chat/completions"
    assert client.ask("GET", "/_hosts/X.Y:443").json["path"] == "/"


def test_a_stream_comes_in_pieces(client: Client) -> None:
    answer = client.ask("POST", f"{HOST}/stream", {})

    assert (answer.body, answer.complete) == (b"abc", True)
    assert answer.headers["content-type"] == "text/event-stream"


def test_bytes_go_out_as_they_are(client: Client) -> None:
    answer = client.ask("GET", f"{HOST}/bytes")

    assert (answer.body, answer.headers["content-type"]) == (b"\x00\x01", "application/octet-stream")


def test_text_that_utf8_cannot_hold_goes_out_escaped(client: Client) -> None:
    assert client.ask("POST", f"{HOST}/echo", raw=b'"\\ud800"').json["body"] == "\ud800"


def test_our_own_bug_is_a_500_and_the_server_goes_on(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.ask("GET", f"{HOST}/bug")

    assert answer.code == (500, "InternalServerError")
    assert "planted" in caplog.text
    assert client.ask("GET", LIST).status == 200


def test_a_bug_in_the_middle_of_a_stream_cuts_the_connection(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.ask("GET", f"{HOST}/broken-stream")

    assert (answer.body, answer.complete, client.transport.closed) == (b"a", False, "reset")


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (b"{", (400, "InvalidRequestContent")),
        (b"\xff\xfe", (400, "InvalidRequestContent")),
        (b'{"a": NaN}', (400, "InvalidRequestContent")),
        (b"[" * 100_000, (400, "InvalidRequestContent")),
        (b"[" * 200 + b"]" * 200, (400, "InvalidRequestContent")),
        (b'{"a":' * 200 + b"1" + b"}" * 200, (400, "InvalidRequestContent")),
        (b"1" * 10_000, (400, "InvalidRequestContent")),
    ],
)
def test_a_body_that_is_not_sane_json_is_refused(client: Client, raw: bytes, refusal: tuple[int, str]) -> None:
    assert client.ask("PUT", f"{GROUP}?api-version=2021-04-01", raw=raw).code == refusal


def test_a_body_too_large_is_refused_by_what_it_says_and_by_what_it_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = client.ask("PUT", f"{GROUP}?api-version=2021-04-01", headers={"content-length": str(10**12)})
    monkeypatch.setattr(reading, "MOST_ARM_BYTES", 1000)
    sent = client.ask("PUT", f"{GROUP}?api-version=2021-04-01", raw=b"x" * 2000, parts=4)

    assert announced.code == sent.code == (413, "RequestContentTooLarge")


def test_a_sender_too_slow_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BODY_TIMEOUT_S", 0.0)

    assert client.ask("PUT", GROUP, {}).code == (408, "RequestTimeout")


def test_a_sender_that_drips_is_given_up_all_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BODY_TIMEOUT_S", 0.05)
    drip = b" " * 10_000_000

    assert client.ask("PUT", GROUP, raw=drip, parts=10_000_000).code == (408, "RequestTimeout")


def test_too_many_headers_are_refused(client: Client) -> None:
    headers = {f"x-{number}": "y" for number in range(reading.MOST_HEADERS)}

    assert client.ask("GET", LIST, headers=headers).code == (431, "RequestHeaderFieldsTooLarge")


def test_the_log_keeps_the_beginning_of_what_is_too_long(client: Client) -> None:
    client.ask("GET", f"/{'a' * 50_000}?x={'b' * 50_000}")

    (logged,) = client.site.log
    assert (len(logged.path), len(logged.query["x"])) == (2_000, 2_000)


def test_a_client_that_hangs_up_early_is_forgotten(client: Client) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "PUT", "scheme": "http", "raw_path": b"/x", "query_string": b"", "headers": [],
             "server": ("127.0.0.1", 1)}  # fmt: skip
    asyncio.run(client.app(scope, receive, send))

    assert client.site.log[-1].status is None


def test_only_json_is_taken(client: Client) -> None:
    assert client.ask("PUT", GROUP, {}, headers={"content-type": "text/xml"}).code == (415, "UnsupportedMediaType")


@pytest.mark.parametrize("path", ["/subscriptions/%ff", "/subscriptions/%00", "/a%0d%0ab"])
def test_a_path_that_is_no_text_is_refused(client: Client, path: str) -> None:
    assert client.ask("GET", path).code == (400, "BadRequest")


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd?api-version=1", "/subscriptions/..%2f..?api-version=1", "//?api-version=1"]
)
def test_path_tricks_lead_nowhere(client: Client, path: str) -> None:
    assert client.ask("GET", f"{path}?api-version=1").status in {400, 404, 501}


def test_a_strange_method_is_refused(client: Client) -> None:
    assert client.ask("BREW", LIST).code == (405, "HttpMethodNotSupported")


def test_a_strange_host_does_not_come_back_in_links(client: Client) -> None:
    client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"})
    answer = client.ask("DELETE", f"{GROUP}?api-version=2021-04-01", headers={"host": 'evil"/x'})

    assert answer.headers["location"].startswith("http://127.0.0.1:4190/")


def test_the_log_tells_who_asked_what(client: Client) -> None:
    client.ask("GET", f"{LIST}&sig=secret&%24top=5")
    client.ask("GET", f"{HOST}/info?code=x")
    logged = _admin(client, "GET", "requests").json["value"]

    assert [(one["method"], one["path"], one["status"], one["host"]) for one in logged] == [
        ("GET", f"{ROOT}/resourcegroups", 200, "management.azure.com"),
        ("GET", f"{HOST}/info", 200, "x.eastus2.models.ai.azure.com"),
    ]
    assert logged[0]["query"] == {"api-version": "2021-04-01", "sig": "***", "$top": "5"}
    assert logged[0]["principal"] == managed_identity(client.site.world).client_id
    assert logged[0]["time"] == "2026-11-22T21:05:07.000000Z"
    assert "secret" not in json.dumps(logged)


def test_a_fault_answers_in_place_of_the_emulator(client: Client) -> None:
    _faults(client, {"match": {"method": "PUT"}, "status": 429, "headers": {"Retry-After": "1"}})
    answer = client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"})

    assert (answer.code, answer.headers["retry-after"]) == ((429, "TooManyRequests"), "1")
    assert client.ask("GET", LIST).json == {"value": []}


@pytest.mark.parametrize(("body", "sent"), [({"a": 1}, b'{"a":1}'), ("text", b"text"), (None, b"")])
def test_a_fault_can_bring_its_own_body(client: Client, body: Json, sent: bytes) -> None:
    _faults(client, {"status": 503, "body": body})

    assert client.ask("GET", LIST).body == sent


def test_a_fault_without_a_status_changes_only_what_it_names(client: Client) -> None:
    _faults(
        client,
        {"match": {"nth": 1}, "headers": {"Date": "yesterday"}},
        {"match": {"path": "*/stream"}, "headers": {"X-Extra": "1"}},
        {"body": {"other": True}},
    )
    first, streamed, third = client.ask("GET", LIST), client.ask("GET", f"{HOST}/stream"), client.ask("GET", LIST)

    assert (first.headers["date"], first.json) == ("yesterday", {"value": []})
    assert (streamed.headers["x-extra"], streamed.body) == ("1", b"abc")
    assert (third.status, third.json) == (200, {"other": True})


def test_a_fault_changes_a_refusal_too(client: Client) -> None:
    _faults(client, {"headers": {"X-Extra": "1"}})
    answer = client.ask("GET", f"{HOST}/refuse")

    assert (answer.code, answer.headers["x-extra"]) == ((418, "Teapot"), "1")


def test_a_delay_slows_and_then_answers(client: Client) -> None:
    _faults(client, {"delay_ms": 1})

    assert client.ask("GET", LIST).status == 200


def test_a_reset_before_leaves_nothing_done(client: Client) -> None:
    _faults(client, {"match": {"nth": 1}, "reset": "before"})
    answer = client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"})

    assert (answer.status, client.transport.closed) == (0, "reset")
    assert client.ask("GET", LIST).json == {"value": []}
    assert _admin(client, "GET", "requests").json["value"][0]["status"] is None


def test_a_reset_after_leaves_it_done(client: Client) -> None:
    _faults(client, {"match": {"nth": 1}, "reset": "after"})
    answer = client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"})

    assert (answer.status, client.transport.closed) == (0, "reset")
    assert len(client.ask("GET", LIST).json["value"]) == 1


def test_a_hang_never_answers(client: Client) -> None:
    _faults(client, {"hang": True})

    assert client.ask("GET", LIST).status == 0


def test_a_truncated_answer_announces_more_than_it_sends(client: Client) -> None:
    _faults(client, {"truncate_after_bytes": 5})
    answer = client.ask("GET", LIST)

    assert (answer.body, answer.complete, client.transport.closed) == (b'{"val', False, "closed")
    assert int(answer.headers["content-length"]) > 5


def test_a_stream_is_truncated_by_bytes_and_stalled_by_chunks(client: Client) -> None:
    _faults(client, {"match": {"nth": 1}, "truncate_after_bytes": 2}, {"stall_after_chunks": 1})
    truncated, stalled = client.ask("GET", f"{HOST}/stream"), client.ask("GET", f"{HOST}/stream")

    assert (truncated.body, truncated.complete) == (b"ab", False)
    assert (stalled.body, stalled.complete) == (b"a", False)


def test_a_plain_answer_stalls_without_an_end(client: Client) -> None:
    _faults(client, {"match": {"nth": 1}, "stall_after_chunks": 0}, {"stall_after_chunks": 1})
    before, after = client.ask("GET", LIST), client.ask("GET", LIST)

    assert (before.status, before.body, before.complete) == (200, b"", False)
    assert (after.body, after.complete) == (b'{"value":[]}', False)


def test_faults_are_deleted(client: Client) -> None:
    _faults(client, {"status": 500})
    assert _admin(client, "DELETE", "faults").status == 204

    assert client.ask("GET", LIST).status == 200


def test_faults_leave_admin_alone(client: Client) -> None:
    _faults(client, {"status": 500})

    assert _admin(client, "GET", "health").json["status"] == "ok"


def test_a_reset_empties_everything_but_keeps_tokens_good(client: Client) -> None:
    token = {"authorization": f"Bearer {client.token()}"}
    client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"})
    _faults(client, {"status": 500})
    assert _admin(client, "POST", "reset").json["resources"] == 0

    assert client.ask("GET", LIST, headers=token).json == {"value": []}
    assert len(client.site.log) == 1


def test_the_clock_is_advanced_and_what_is_due_happens(client: Client) -> None:
    client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"})
    client.ask("PUT", f"{BOX}?api-version=2025-01-01", {"location": "eastus2"})
    moved = _admin(client, "PUT", "clock", {"advance_s": 60, "speed": 2})

    assert (moved.json["speed"], moved.json["time"]) == (2, "2026-11-22T21:06:07.000000Z")
    assert client.site.world.stored[BOX.lower()].state == "Succeeded"


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ([], "(body)"),
        ({"advance": 1}, "advance"),
        ({"advance_s": -1}, "advance_s"),
        ({"advance_s": "1"}, "advance_s"),
        ({"advance_s": True}, "advance_s"),
        ({"speed": 0}, "speed"),
    ],
)
def test_a_bad_clock_is_refused_by_its_member(client: Client, body: Json, member: str) -> None:
    answer = _admin(client, "PUT", "clock", body)

    assert (answer.status, answer.json["error"]["target"]) == (400, member)


@pytest.mark.parametrize("body", ["throttled", {"name": "throttled"}, {"extends": "throttled", "name": "throttled"}])
def test_a_scenario_is_put_by_name_or_inline(client: Client, body: Json) -> None:
    assert _admin(client, "PUT", "scenario", body).json == {"scenario": "throttled"}
    seen = [client.ask("PUT", f"{GROUP}?api-version=2021-04-01", {"location": "eastus2"}) for _ in range(5)]

    assert [one.status for one in seen] == [201, 200, 200, 200, 429]
    assert seen[-1].code[1] == "SubscriptionRequestsThrottled"
    assert seen[-1].headers["retry-after"] == "2"


@pytest.mark.parametrize(
    "body", [None, 5, [], "../secrets", "/etc/passwd", "nothing-like-it", {"colour": "red"}, {"locations": 5}]
)
def test_a_bad_scenario_is_refused(client: Client, body: Json) -> None:
    assert _admin(client, "PUT", "scenario", body).status == 400
    assert client.ask("GET", LIST).status == 200


def test_admin_takes_json_whatever_the_client_calls_it(client: Client) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert client.ask("PUT", "/_emulator/faults", {"rules": []}, headers=form).status == 200
    assert client.ask("PUT", "/_emulator/faults", raw=b"{", headers=form).code == (400, "InvalidRequestContent")


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://example.com", 403), ("null", 403), ("http://localhost:3000", 200), ("http://127.0.0.1.evil.io", 403)],
)
def test_pages_of_other_sites_do_not_steer_it(client: Client, origin: str, status: int) -> None:
    assert client.ask("POST", "/_emulator/reset", headers={"origin": origin}).status == status


def test_a_scenario_file_that_is_gone_is_said_at_the_reset(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("{}")
    client.site.scenario_name = str(file)
    assert _admin(client, "POST", "reset").status == 200
    file.unlink()

    assert _admin(client, "POST", "reset").code == (400, "InvalidScenario")


def test_our_own_bug_in_admin_is_a_500(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.site, "log", None)
    with caplog.at_level(logging.ERROR):
        assert _admin(client, "GET", "requests").code == (500, "InternalServerError")


def test_an_unknown_admin_route_is_refused(client: Client) -> None:
    assert _admin(client, "GET", "nothing").code == (501, "NotModelledByEmulator")
    assert _admin(client, "POST", "health").code == (405, "HttpMethodNotSupported")


def test_buckets_fill_again(client: Client) -> None:
    _admin(client, "PUT", "scenario", "throttled")
    for _ in range(5):
        client.ask("DELETE", f"{GROUP}?api-version=2021-04-01")
    client.site.clock.advance(60)

    assert client.ask("DELETE", f"{GROUP}?api-version=2021-04-01").status == 404
