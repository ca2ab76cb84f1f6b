"""The generic ARM client: missing resources, pages, actions, bodies that are none."""

from __future__ import annotations

import pytest
from azure.core.exceptions import DeserializationError, HttpResponseError
from tests.unit.azure.scripted import AT_ONCE, MANAGER, Answer, ScriptedAdapter, azure_with, error

from azserve.azure.polling import Wait, WatchedPolling

LIST = "/subscriptions/s/things"


def test_what_is_not_there_is_none() -> None:
    with azure_with(ScriptedAdapter()) as azure:
        assert azure.arm.get("/subscriptions/s/resourcegroups/g", "v") is None


def test_a_subscription_that_is_not_there_is_an_error() -> None:
    adapter = ScriptedAdapter().on(
        "GET", "/subscriptions/s/resourcegroups/g", error("SubscriptionNotFound", status=404)
    )
    with azure_with(adapter) as azure, pytest.raises(HttpResponseError):
        azure.arm.get("/subscriptions/s/resourcegroups/g", "v")


def test_the_api_version_is_sent() -> None:
    adapter = ScriptedAdapter().on("GET", LIST, Answer(200, {}))
    with azure_with(adapter) as azure:
        azure.arm.get(LIST, "2021-04-01")
    assert adapter.asked[0].query == {"api-version": "2021-04-01"}


def test_names_with_spaces_arrive() -> None:
    adapter = ScriptedAdapter().on("GET", "/subscriptions/s/resourcegroups/a b", Answer(200, {"id": "x"}))
    with azure_with(adapter) as azure:
        assert azure.arm.get("/subscriptions/s/resourcegroups/a b", "v") == {"id": "x"}


def test_all_pages_are_read_and_an_empty_one_is_not_the_end() -> None:
    adapter = ScriptedAdapter()
    adapter.on("GET", LIST, Answer(200, {"value": [], "nextLink": f"{MANAGER}/p2?$skiptoken=a%2Bb"}))
    adapter.on("GET", "/p2", Answer(200, {"value": [{"n": 1}], "nextLink": f"{MANAGER}/p3"}))
    adapter.on("GET", "/p3", Answer(200, {"value": [{"n": 2}], "nextLink": None}))
    with azure_with(adapter) as azure:
        assert [item["n"] for item in azure.arm.pages(LIST, "v")] == [1, 2]
    assert adapter.asked[1].query == {"$skiptoken": "a+b"}


@pytest.mark.parametrize("page", [{}, {"value": None}, {"value": [None, 3]}, {"value": "x"}])
def test_an_answer_that_holds_no_list_is_not_taken_for_an_empty_one(page: object) -> None:
    with azure_with(ScriptedAdapter().on("GET", LIST, Answer(200, page))) as azure, pytest.raises(DeserializationError):
        list(azure.arm.pages(LIST, "v"))


def test_a_page_that_only_leads_on_is_one() -> None:
    adapter = ScriptedAdapter().on("GET", LIST, Answer(200, {"nextLink": f"{MANAGER}/p2"}))
    adapter.on("GET", "/p2", Answer(200, {"value": [{"n": 1}]}))
    with azure_with(adapter) as azure:
        assert list(azure.arm.pages(LIST, "v")) == [{"n": 1}]


def test_a_link_back_to_a_page_that_was_read_is_not_followed() -> None:
    adapter = ScriptedAdapter().on("GET", LIST, Answer(200, {"value": [{"n": 1}], "nextLink": f"{MANAGER}/p2"}))
    adapter.on("GET", "/p2", Answer(200, {"value": [{"n": 2}], "nextLink": f"{MANAGER}/p2"}))
    with azure_with(adapter) as azure, pytest.raises(DeserializationError, match="leads back"):
        list(azure.arm.pages(LIST, "v"))
    assert len(adapter.asked) == 2


def test_a_link_to_another_host_is_not_followed() -> None:
    adapter = ScriptedAdapter().on("GET", LIST, Answer(200, {"value": [], "nextLink": "https://evil.example/"}))
    with azure_with(adapter) as azure, pytest.raises(DeserializationError):
        list(azure.arm.pages(LIST, "v"))


@pytest.mark.parametrize("body", [b"<html>", b"", b"[1]"])
def test_a_body_that_is_no_object_is_an_error(body: bytes) -> None:
    adapter = ScriptedAdapter().on("GET", LIST, Answer(200, body, {"Content-Type": "text/plain"}))
    with azure_with(adapter) as azure, pytest.raises(DeserializationError):
        azure.arm.get(LIST, "v")


def test_an_action_sends_its_body() -> None:
    adapter = ScriptedAdapter().on("POST", LIST, Answer(200, {}))
    with azure_with(adapter) as azure:
        azure.arm.post(LIST, "v", {"keyType": "Primary"})
    assert adapter.asked[0].body == {"keyType": "Primary"}


@pytest.mark.parametrize("status", [204, 404])
def test_deleting_what_is_gone_is_told(status: int) -> None:
    adapter = ScriptedAdapter().on("DELETE", LIST, Answer(status))
    with azure_with(adapter) as azure:
        assert azure.arm.begin_delete(LIST, "v", WatchedPolling(Wait(AT_ONCE, 9))) is None


def test_a_delete_that_is_refused_raises() -> None:
    adapter = ScriptedAdapter().on("DELETE", LIST, error("ScopeLocked", status=409))
    with azure_with(adapter) as azure, pytest.raises(HttpResponseError):
        azure.arm.begin_delete(LIST, "v", WatchedPolling(Wait(AT_ONCE, 9)))
