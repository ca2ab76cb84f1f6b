"""What is dug out of the answers that ARM gives when it fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.azure.failure import MAX_DEPTH, codes_in, failure_of
from azserve.azure.hints import HINTS, hint_for


def nested(levels: int, innermost: dict[str, Any]) -> dict[str, Any]:
    """A failed deployment whose reason lies `levels` deep, each level as JSON text inside a message."""
    body = innermost
    for _ in range(levels):
        body = {
            "status": "Failed",
            "error": {"code": "DeploymentFailed", "details": [{"code": "Conflict", "message": json.dumps(body)}]},
        }
    return body


def test_a_plain_error_gives_its_code_and_message() -> None:
    failure = failure_of({"error": {"code": "InsufficientQuota", "message": "No room."}})
    assert (failure.code, failure.message) == ("InsufficientQuota", "No room")


def test_an_error_without_its_wrapper_is_read_the_same() -> None:
    assert failure_of({"code": "InvalidCapacity", "message": "Too much."}).code == "InvalidCapacity"


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_an_error_in_json_text_inside_messages_is_found(levels: int) -> None:
    body = nested(levels, {"error": {"code": "ResourceNotFound", "message": "Gone."}})
    assert failure_of(body).code == "ResourceNotFound"


def test_capitalised_keys_are_read() -> None:
    text = json.dumps(
        {"Code": "Conflict", "Message": "Name taken.", "Target": None, "Details": [{"Message": "Name taken."}]}
    )
    failure = failure_of({"error": {"code": "DeploymentFailed", "message": text}})
    assert (failure.code, failure.message) == ("Conflict", "Name taken")


def test_the_code_of_machine_learning_is_taken_from_the_additional_info() -> None:
    inner = {
        "type": "InnerError",
        "info": {"value": {"code": "BadArgument", "innerError": {"code": "ServerlessOfferNotFound"}}},
    }
    body = {"error": {"code": "UserError", "message": "No offer.", "additionalInfo": [{"type": "Location"}, inner]}}
    failure = failure_of(body)
    assert (failure.code, failure.message) == ("ServerlessOfferNotFound", "No offer")


def test_additional_info_that_is_empty_leaves_the_outer_code() -> None:
    body = {"error": {"code": "UserError", "message": "x", "additionalInfo": [{"type": "InnerError", "info": None}]}}
    assert failure_of(body).code == "UserError"


def test_details_with_nulls_and_without_codes_do_no_harm() -> None:
    body = {"error": {"code": "DeploymentFailed", "message": "outer", "details": [None, {}, {"message": "inner"}]}}
    failure = failure_of(body)
    assert (failure.code, failure.message) == ("DeploymentFailed", "inner")


def test_a_telling_error_is_preferred_to_one_before_it_that_says_nothing() -> None:
    silent = {"code": "NotFound", "message": json.dumps({"error": {"code": "BadRequest", "message": ""}})}
    telling = {"code": "ScopeLocked", "message": "A lock is on it."}
    assert failure_of({"error": {"code": "DeploymentFailed", "details": [silent, telling]}}).code == "ScopeLocked"


def test_a_wrapper_without_anything_inside_is_reported_as_it_is() -> None:
    assert failure_of({"error": {"code": "DeploymentFailed", "message": "List operations."}}).code == "DeploymentFailed"


@pytest.mark.parametrize(("count", "tail"), [(1, ""), (2, " (and one more like it)"), (3, " (and 2 more like it)")])
def test_errors_side_by_side_are_counted(count: int, tail: str) -> None:
    details = [{"code": "InsufficientQuota", "message": f"Pool {n} is full."} for n in range(count)]
    assert failure_of({"error": {"code": "InvalidTemplateDeployment", "details": details}}).message.endswith(
        tail or "is full"
    )


def test_the_same_error_said_twice_counts_once() -> None:
    details = [{"code": "InsufficientQuota", "message": "Full."}] * 2
    assert failure_of({"error": {"code": "DeploymentFailed", "details": details}}).message == "Full"


def test_the_resource_azure_blames_is_kept() -> None:
    assert (
        failure_of({"error": {"code": "X", "message": "m", "target": "/subscriptions/s"}}).target == "/subscriptions/s"
    )


def test_the_whole_body_is_kept() -> None:
    body = {"error": {"code": "X", "message": "é"}}
    assert json.loads(failure_of(body).raw or "") == body


@pytest.mark.parametrize("body", [None, "", "   ", [], 3, {}])
def test_a_body_that_says_nothing_gives_what_stands_in(body: object) -> None:
    failure = failure_of(body, code="Http503", message="503 Service Unavailable")
    assert failure.code == "Http503"


def test_a_page_of_a_proxy_gives_its_first_words() -> None:
    failure = failure_of("<html>\n<body>\nAccess denied by gateway\n</body>", code="Http403")
    assert failure.message == "Access denied by gateway"


def test_a_long_text_is_cut() -> None:
    assert len(failure_of("x" * 5000).message) < 500


def test_text_that_only_looks_like_json_is_a_message() -> None:
    assert failure_of({"error": {"code": "X", "message": "{not json"}}).message == "{not json"


def test_an_error_nested_beyond_all_reason_ends() -> None:
    body: dict[str, Any] = {"code": "Deep", "message": "m"}
    for _ in range(MAX_DEPTH * 3):
        body = {"error": body}
    assert failure_of(body).raw


def test_every_code_on_the_way_can_be_asked_for() -> None:
    body = nested(2, {"error": {"code": "RequestConflict", "message": "busy"}})
    assert {"DeploymentFailed", "Conflict", "RequestConflict"} <= codes_in(body)


def test_text_that_is_no_error_holds_no_codes() -> None:
    assert codes_in("<html>") == frozenset()


def test_a_known_code_comes_with_the_next_move() -> None:
    assert "quota" in (failure_of({"error": {"code": "insufficientquota", "message": "m"}}).hint or "")


def test_hints_say_something_and_end_without_a_full_stop() -> None:
    assert all(hint and not hint.endswith(".") for hint in HINTS.values())


def test_an_unknown_code_has_no_hint() -> None:
    assert hint_for("NoSuchCode") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "code", "message", "details", "Details", "innererror", "additionalInfo", "target", "info"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(json_values)
def test_no_body_is_too_strange(body: object) -> None:
    failure = failure_of(body)
    assert failure.code
    assert failure.message


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert failure_of(text).message
