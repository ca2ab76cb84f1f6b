"""Blocklists of accounts, and secrets of key vaults: stored, checked, and a secret's value never shown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.emulator_providers.bench import Bench, key_vault

LIST = {"properties": {"description": "Whom we do not name."}}


@pytest.fixture
def ready(bench: Bench) -> tuple[Bench, str]:
    account = bench.account()
    bench.put(f"{account}/raiBlocklists/rivals", LIST)
    return bench, account


def item(pattern: Any = "Contoso", **more: Any) -> dict[str, Any]:
    return {"properties": {"pattern": pattern, **more}}


def policy(blocklist: Any) -> dict[str, Any]:
    return {"properties": {"customBlocklists": [{"blocklistName": blocklist, "source": "Prompt", "blocking": True}]}}


def test_a_blocklist_and_its_items_are_shown_as_they_were_sent(ready: tuple[Bench, str]) -> None:
    bench, account = ready
    bench.put(f"{account}/raiBlocklists/rivals/raiBlocklistItems/one", item(isRegex=False))

    assert bench.get(f"{account}/raiBlocklists/rivals")["properties"] == LIST["properties"]
    assert bench.get(f"{account}/raiBlocklists/rivals/raiBlocklistItems/one")["properties"] == {
        "pattern": "Contoso",
        "isRegex": False,
    }


def test_tags_of_a_blocklist_are_kept(ready: tuple[Bench, str]) -> None:
    bench, account = ready

    bench.put(f"{account}/raiBlocklists/rivals", {**LIST, "tags": {"a": "b"}})

    assert bench.get(f"{account}/raiBlocklists/rivals")["tags"] == {"a": "b"}


@pytest.mark.parametrize(
    "body", [item(""), item(None), item(7), item("x" * 1001), item("a(", isRegex=True), item(isRegex="yes")]
)
def test_an_item_that_cannot_be_looked_for_is_refused(ready: tuple[Bench, str], body: dict[str, Any]) -> None:
    bench, account = ready

    error = bench.refused(f"{account}/raiBlocklists/rivals/raiBlocklistItems/one", body)

    assert error.code == "InvalidResourceProperties"


def test_an_item_of_no_blocklist_is_refused(bench: Bench) -> None:
    account = bench.account()

    error = bench.refused(f"{account}/raiBlocklists/nobody/raiBlocklistItems/one", item())

    assert error.code == "ParentResourceNotFound"


def test_a_blocklists_name_is_checked(ready: tuple[Bench, str]) -> None:
    bench, account = ready

    assert bench.refused(f"{account}/raiBlocklists/a.b", LIST).code == "InvalidResourceName"


def test_a_filter_uses_a_blocklist_that_is_there(ready: tuple[Bench, str]) -> None:
    bench, account = ready

    bench.put(f"{account}/raiPolicies/house", policy("rivals"))

    uses = bench.get(f"{account}/raiPolicies/house")["properties"]["customBlocklists"]
    assert [use["blocklistName"] for use in uses] == ["rivals"]


@pytest.mark.parametrize("name", ["nobody", None])
def test_a_filter_with_a_blocklist_that_is_not_there_is_refused(ready: tuple[Bench, str], name: str | None) -> None:
    bench, account = ready

    assert bench.refused(f"{account}/raiPolicies/house", policy(name)).code == "InvalidResourceProperties"


def test_a_secrets_value_is_never_shown(bench: Bench) -> None:
    bench.put("Microsoft.KeyVault/vaults/kv-abc", key_vault())
    bench.put("Microsoft.KeyVault/vaults/kv-abc/secrets/key", {"properties": {"value": "hush", "contentType": "t"}})

    shown = bench.get("Microsoft.KeyVault/vaults/kv-abc/secrets/key")

    assert "hush" not in str(shown)
    assert shown["properties"] == {
        "contentType": "t",
        "secretUri": "http://here/_hosts/kv-abc.vault.azure.net/secrets/key",
    }
