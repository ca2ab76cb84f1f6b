"""`azserve smoke --receipt`: from where endpoints cannot be reached, and from where they can."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from tests.cli.conftest import Azserve

from azserve.emulator.server import Emulator

FILE = """
fleet: hidden
regions: [eastus2]
serverless: {{sign_in: {sign_in}}}
endpoints:
  r1: {{model: DeepSeek-R1, hosting: serverless}}
smoke: {{from: private}}
"""
NO_WAY = {
    "rules": [
        {
            "match": {"path": "/_hosts/*"},
            "status": 403,
            "body": {
                "error": {"code": "403", "message": "Public access is disabled. Please configure private endpoint."}
            },
        }
    ]
}
"""What a host with a private endpoint alone answers to the internet (general knowledge)."""


def admin(emulator: Emulator, method: str, what: str, body: object = None) -> None:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{emulator.url}/_emulator/{what}", method=method, data=data)):
        pass


def asked(emulator: Emulator) -> list[str]:
    """Return what was asked of ARM so far, as `METHOD last-part`."""
    with urlopen(f"{emulator.url}/_emulator/requests") as answer:
        requests = json.load(answer)["value"]
    paths = [(each["method"], each["path"]) for each in requests]
    return [f"{method} {path.rpartition('/')[2]}" for method, path in paths if path.startswith("/subscriptions")]


@pytest.fixture(params=["key", "entra"])
def sign_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def there(emulator: Emulator, tmp_path: Path, azserve: Azserve, sign_in: str) -> Iterator[Mapping[str, str]]:
    """A shell whose fleet stands, with the receipt of its deploy."""
    emulator.reset()
    (tmp_path / "azserve.yaml").write_text(FILE.format(sign_in=sign_in))
    env = emulator.environment()
    done = azserve("deploy", "-q", "--receipt", "receipt.json", env=env)
    assert done.code == 0, done
    yield env
    admin(emulator, "DELETE", "faults")


def test_from_outside_it_is_unknown_and_from_within_it_is_proved(
    azserve: Azserve, there: Mapping[str, str], emulator: Emulator, sign_in: str
) -> None:
    admin(emulator, "PUT", "faults", NO_WAY)
    outside = azserve("smoke", "-q", "-o", "json", env=there)
    admin(emulator, "DELETE", "faults")
    before = len(asked(emulator))
    within = azserve("smoke", "-q", "-o", "json", "--receipt", "receipt.json", env=there)

    findings = json.loads(outside.out)["result"]["findings"]
    assert (outside.code, {each["outcome"] for each in findings}) == (1, {"unknown"}), outside
    assert "azserve smoke --receipt FILE" in findings[0]["hint"]
    assert within.code == 0, within
    assert asked(emulator)[before:] == {"key": ["POST listKeys"], "entra": []}[sign_in]


def test_from_within_what_cannot_be_reached_has_failed(
    azserve: Azserve, there: Mapping[str, str], emulator: Emulator
) -> None:
    admin(emulator, "PUT", "faults", NO_WAY)

    done = azserve("smoke", "-q", "--probe", "chat", "--receipt", "receipt.json", env=there)

    assert done.code == 1, done
    assert "✗ failed" in done.out
    assert "smoke --receipt" not in done.out


def test_a_receipt_holds_no_key(there: Mapping[str, str], azserve: Azserve, tmp_path: Path, sign_in: str) -> None:
    shown = azserve("keys", "list", "--show", "-o", "json", env=there)
    receipt = (tmp_path / "receipt.json").read_text()

    rows = [row["keys"] for row in json.loads(shown.out)["result"]["rows"]]
    secrets = [key for keys in rows if keys for key in keys.values()]
    assert (bool(secrets), [each for each in secrets if each in receipt]) == (sign_in == "key", [])


def test_an_endpoint_that_is_not_in_the_file_is_a_fault_of_the_command(
    azserve: Azserve, there: Mapping[str, str]
) -> None:
    done = azserve("smoke", "-q", "--endpoint", "r9", "--receipt", "receipt.json", env=there)

    assert (done.code, "the file has no endpoint `r9`" in done.err) == (2, True), done


def test_a_receipt_of_another_fleet_is_a_fault_of_the_command(
    azserve: Azserve, there: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "azserve.yaml"
    file.write_text(file.read_text().replace("hidden", "other"))

    done = azserve("smoke", "-q", "--receipt", "receipt.json", env=there)

    assert done.code == 3, done
    assert "the receipt is of fleet `hidden`, the file of `other`" in done.err
