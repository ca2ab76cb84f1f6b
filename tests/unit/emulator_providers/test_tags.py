"""Tags apart from what carries them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.emulator_providers.test_roles_and_locks import ACCOUNT, AUTHORIZATION, GROUP, LOCK, ROOT, Place

HERE = "/providers/Microsoft.Resources/tags/default"


@pytest.fixture(scope="module")
def place() -> Place:
    return Place()


def tags(place: Place, scope: str) -> Any:
    return place.ok("GET", scope + HERE).body["properties"]["tags"]


def written(**values: str) -> dict[str, Any]:
    return {"properties": {"tags": values}}


@pytest.mark.parametrize("scope", [ROOT, GROUP, ACCOUNT], ids=["subscription", "group", "resource"])
def test_tags_are_replaced_merged_and_taken_away_at_every_scope(place: Place, scope: str) -> None:
    place.ok("PUT", scope + HERE, written(a="1"))
    assert tags(place, scope) == {"a": "1"}

    place.ok("PATCH", scope + HERE, {"operation": "Merge", **written(b="2", c="3")})
    assert tags(place, scope) == {"a": "1", "b": "2", "c": "3"}

    place.ok("PATCH", scope + HERE, {"operation": "Delete", **written(b="2", c="another value")})
    assert tags(place, scope) == {"a": "1", "c": "3"}

    place.ok("PATCH", scope + HERE, {"operation": "Replace", **written(d="4")})
    assert tags(place, scope) == {"d": "4"}

    place.ok("DELETE", scope + HERE)
    assert tags(place, scope) == {}


def test_tags_are_those_that_the_resource_shows(place: Place) -> None:
    place.ok("PUT", ACCOUNT + HERE, written(owner="me"))

    assert place.ok("GET", ACCOUNT).body["tags"] == {"owner": "me"}


def test_names_in_use_are_listed_with_their_values_and_how_often() -> None:
    place = Place()
    place.ok("PUT", GROUP + HERE, written(env="dev"))
    place.ok("PUT", ACCOUNT + HERE, written(env="dev", owner="me"))

    (env, owner) = place.ok("GET", f"{ROOT}/tagNames").body["value"]

    assert (env["tagName"], env["count"]["value"], env["values"][0]["tagValue"]) == ("env", 2, "dev")
    assert owner["values"][0]["count"] == {"type": "Total", "value": 1}


@pytest.mark.parametrize(
    ("scope", "body", "status", "code"),
    [
        (f"{ROOT}/resourceGroups/nobody", written(a="1"), 404, "ResourceGroupNotFound"),
        (f"{ACCOUNT}x", written(a="1"), 404, "ResourceNotFound"),
        (GROUP, {}, 400, "InvalidRequestContent"),
        (GROUP, {"properties": {"tags": {"a": 1}}}, 400, "InvalidRequestContent"),
        (GROUP, {"properties": {"tags": {str(one): "" for one in range(51)}}}, 400, "InvalidRequestContent"),
    ],
    ids=["no-group", "no-resource", "no-tags", "not-text", "too-many"],
)
def test_bad_tags_are_refused(place: Place, scope: str, body: Any, status: int, code: str) -> None:
    refused = place.ask("PUT", scope + HERE, body)

    assert (refused.status, refused.body["error"]["code"]) == (status, code)


def test_an_unknown_operation_is_refused(place: Place) -> None:
    refused = place.ask("PATCH", GROUP + HERE, {"operation": "Shuffle", **written(a="1")})

    assert (refused.status, "shuffle" in refused.body["error"]["message"]) == (400, True)


def test_a_lock_that_lets_nothing_be_written_holds_for_tags_too() -> None:
    place = Place()
    place.ok("PUT", GROUP + LOCK, {"properties": {"level": "ReadOnly"}})

    assert place.ask("PUT", GROUP + HERE, written(a="1")).body["error"]["code"] == "ScopeLocked"


def test_who_has_no_role_writes_no_tags(place: Place) -> None:
    refused = place.ask("PUT", GROUP + HERE, written(a="1"), who=place.app)

    assert refused.status in {403, 404}


def test_custom_roles_are_refused_by_name(place: Place) -> None:
    role = f"{ROOT}{AUTHORIZATION}/roleDefinitions/11111111-1111-4111-8111-111111111111"
    refused = place.ask("PUT", role, {"properties": {"roleName": "mine"}})

    assert (refused.status, "custom role" in refused.body["error"]["message"]) == (501, True)
