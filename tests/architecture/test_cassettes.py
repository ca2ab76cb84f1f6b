"""No recorded request, answer, address or body holds a secret, and the recorder would refuse to write one."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cassette_hygiene import (
    MASKED,
    SUBSCRIPTION,
    Scrubber,
    UnsafeCassette,
    deserialize,
    findings,
    serialize,
)

CASSETTES = sorted((Path(__file__).parents[2] / "cassettes").rglob("*.yaml"))

SAFE: dict[str, Any] = {
    "version": 1,
    "interactions": [
        {
            "request": {
                "method": "POST",
                "uri": f"https://management.azure.com/subscriptions/{SUBSCRIPTION}/listKeys?api-version=2025-06-01",
                "headers": {"Accept": ["application/json"]},
                "body": '{"keyType": "Primary"}',
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": '{"primaryKey": "masked", "location": "eastus2"}'},
            },
        }
    ],
}

HEX_KEY = "0123456789abcdef" * 2
PLANTED = {
    "a bearer token": "Bearer abcdefgh12345678",
    "a JSON web token": "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln",
    "an old key": HEX_KEY,
    "a new key": "A1b2" * 21,
    "a storage key": "A1b2" * 21 + "AB==",
    "a client secret": "abc8Q~" + "x" * 34,
    "a connection string": "DefaultEndpointsProtocol=https;AccountKey=c29tZXRoaW5nMTIz==",
    "a signed address": "https://x.blob.core.windows.net/a?sv=1&sig=c2lnbmF0dXJl",
    "somebody's address": "jane.doe@contoso.org",
    "an identity": "5eeda25e-1234-4000-8000-000000000001",
    "an address of this machine": "http://127.0.0.1:4190/x",
}


def planted(value: str, *path: str | int) -> dict[str, Any]:
    """Return the safe cassette with a value put somewhere."""
    document = copy.deepcopy(SAFE)
    place: Any = document["interactions"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


PLACES: dict[str, tuple[str | int, ...]] = {
    "request address": ("request", "uri"),
    "request header": ("request", "headers", "Accept"),
    "request body": ("request", "body"),
    "response header": ("response", "headers", "Content-Type"),
    "response body": ("response", "body", "string"),
}


def test_there_are_cassettes() -> None:
    assert CASSETTES


@pytest.mark.parametrize("cassette", CASSETTES, ids=lambda path: path.stem)
def test_a_cassette_holds_no_secret(cassette: Path) -> None:
    assert findings(deserialize(cassette.read_text())) == []


@pytest.mark.parametrize("cassette", CASSETTES, ids=lambda path: path.stem)
def test_a_cassette_says_where_it_comes_from(cassette: Path) -> None:
    assert cassette.read_text().startswith("# origin: ")


def test_a_safe_cassette_is_written_and_read_back() -> None:
    text = serialize(SAFE, "origin: made by hand")
    assert text.startswith("# origin: made by hand\n")
    assert deserialize(text) == SAFE


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("secret", PLANTED.values(), ids=PLANTED)
def test_the_recorder_refuses_to_write_a_secret(secret: str, place: tuple[str | int, ...]) -> None:
    with pytest.raises(UnsafeCassette):
        serialize(planted(f"before {secret} after", *place), "origin: x")


@pytest.mark.parametrize(
    "name", ["primaryKey", "key1", "key2", "access_token", "adminPassword", "clientSecret", "connectionString", "sas"]
)
@pytest.mark.parametrize("place", ["request body", "response body"])
def test_a_value_with_a_secrets_name_is_refused_whatever_it_looks_like(name: str, place: str) -> None:
    body = json.dumps({"properties": [{name: "hunter2"}]})
    with pytest.raises(UnsafeCassette):
        serialize(planted(body, *PLACES[place]), "origin: x")


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-IDENTITY-HEADER", "Cookie", "Set-Cookie"])
def test_a_header_that_signs_in_is_refused(name: str) -> None:
    with pytest.raises(UnsafeCassette):
        serialize(planted("x", "request", "headers", name), "origin: x")


def test_a_refusal_says_where_and_what_but_not_the_secret() -> None:
    with pytest.raises(UnsafeCassette) as caught:
        serialize(planted(f'{{"x": "{HEX_KEY}"}}', *PLACES["response body"]), "origin: x")
    assert "interactions[0].response.body.string" in str(caught.value)
    assert HEX_KEY not in str(caught.value)


class Request:
    """As much of vcr's request as scrubbing touches."""

    def __init__(self, uri: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> None:
        self.uri, self.body, self.headers = uri, body, headers or {}


SCRUBBER = Scrubber({"5eeda25e-0000-4000-8000-000000000001": SUBSCRIPTION})
LOCAL = "http://127.0.0.1:4190"


def test_the_local_managers_address_becomes_the_public_one() -> None:
    request = SCRUBBER.request(Request(f"{LOCAL}/subscriptions/5EEDA25E-0000-4000-8000-000000000001/x?api-version=1"))
    assert request.uri == f"https://management.azure.com/subscriptions/{SUBSCRIPTION}/x?api-version=1"


def test_a_local_hosts_address_becomes_the_hosts_own() -> None:
    text = SCRUBBER.text(f'{{"uri": "{LOCAL}/_hosts/r1.eastus2.models.ai.azure.com/info"}}')
    assert text == '{"uri": "https://r1.eastus2.models.ai.azure.com/info"}'


def test_an_unknown_identity_gets_the_same_stand_in_each_time() -> None:
    guid = "11111111-2222-3333-4444-555555555555"
    first = SCRUBBER.text(guid)
    assert first != guid
    assert SCRUBBER.text(guid.upper()) == first


def test_scrubbing_twice_changes_nothing() -> None:
    once = SCRUBBER.request(Request(f"{LOCAL}/a/11111111-2222-3333-4444-555555555555?t=1&sig=abc&$filter=a eq 'b'"))
    uri = once.uri
    assert SCRUBBER.request(Request(uri)).uri == uri


def test_a_signature_in_an_address_is_masked() -> None:
    assert SCRUBBER.url("https://management.azure.com/x?api-version=1&t=123&c=MII&s=abc&h=def") == (
        f"https://management.azure.com/x?api-version=1&t={MASKED}&c={MASKED}&s={MASKED}&h={MASKED}"
    )


def test_only_headers_known_to_be_safe_are_kept() -> None:
    headers = {"Accept": "application/json", "Authorization": "Bearer x", "x-ms-client-request-id": "1", "Host": "h"}
    assert SCRUBBER.request(Request(f"{LOCAL}/x", headers=headers)).headers == {"Accept": "application/json"}


@pytest.mark.parametrize("path", ["/msi/token?resource=x", "/tenant/oauth2/v2.0/token", "/_emulator/clock"])
def test_signing_in_is_never_recorded(path: str) -> None:
    assert SCRUBBER.request(Request(LOCAL + path)) is None


def answer(body: bytes, **headers: list[str]) -> dict[str, Any]:
    return {"status": {"code": 200}, "headers": headers, "body": {"string": body}}


def test_keys_in_an_answer_are_masked() -> None:
    scrubbed = SCRUBBER.response(answer(json.dumps({"key1": HEX_KEY, "nested": [{"primaryKey": "x"}]}).encode()))
    assert json.loads(scrubbed["body"]["string"]) == {"key1": MASKED, "nested": [{"primaryKey": MASKED}]}


@pytest.mark.parametrize(
    ("body", "scrubbed"),
    [
        (b'{"id": "' + HEX_KEY.encode() + b'"}', b'{"id": "answer"}'),
        (b'data: {"id":"' + HEX_KEY.encode() + b'"}\n\ndata: [DONE]', b'data: {"id":"answer"}\n\ndata: [DONE]'),
    ],
    ids=["whole", "streamed"],
)
def test_the_number_of_an_answer_is_not_kept(body: bytes, scrubbed: bytes) -> None:
    assert SCRUBBER.body(body) == scrubbed


def test_a_pause_is_not_waited_for_in_a_replay() -> None:
    headers = {"Retry-After": ["17"], "Location": [f"{LOCAL}/x?t=1"], "Set-Cookie": ["a=b"]}
    scrubbed = SCRUBBER.response(answer(b"", **headers))
    assert scrubbed["headers"] == {"Retry-After": ["0"], "Location": [f"https://management.azure.com/x?t={MASKED}"]}


def test_a_body_that_is_no_json_keeps_its_text() -> None:
    assert SCRUBBER.body(f"<a href='{LOCAL}/x'>".encode()) == b"<a href='https://management.azure.com/x'>"


@pytest.mark.parametrize(("body", "kept"), [(None, None), (b"", b"")])
def test_a_body_that_is_none_stays_none(body: bytes | None, kept: bytes | None) -> None:
    assert SCRUBBER.body(body) == kept


def test_what_is_scrubbed_is_fit_to_be_written() -> None:
    request = SCRUBBER.request(
        Request(
            f"{LOCAL}/subscriptions/11111111-2222-3333-4444-555555555555/listKeys?sig=secretsecret",
            json.dumps({"clientSecret": "x", "owner": "jane@contoso.org"}).encode(),
            {"Authorization": "Bearer abcdefgh"},
        )
    )
    response = SCRUBBER.response(answer(json.dumps({"primaryKey": HEX_KEY}).encode()))
    interaction = {
        "request": {"uri": request.uri, "headers": request.headers, "body": request.body.decode()},
        "response": {**response, "body": {"string": response["body"]["string"].decode()}},
    }
    assert findings({"interactions": [interaction]}) == []
