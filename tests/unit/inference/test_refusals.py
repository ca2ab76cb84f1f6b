"""Statuses and bodies, as reports and documents show them, as typed errors."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.inference.refusals import RETRY_CAP_S, embedded_failure, not_json, refusal
from azserve.verifying.ports import (
    BrokenAnswer,
    ContentFiltered,
    ModelError,
    ModelFailed,
    NotVisibleYet,
    ParameterRefused,
    Throttled,
    TooSlow,
    Unauthorised,
    Unreachable,
)

WHERE = "eastus2/r1"


def error(status: int, body: Any, headers: dict[str, str] | None = None) -> ModelError:
    return refusal(status, headers or {}, body if isinstance(body, str) else json.dumps(body), WHERE)


FILTERED_FLAT = {"status": 400, "code": "content_filter", "message": "It was filtered", "param": "messages"}
FILTERED = {"error": {"code": "content_filter", "message": "It was filtered.", "status": 400}}
FILTERED_INSIDE = {"error": {"code": None, "message": "No.", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}
NOT_SUPPORTED = {
    "status": 422,
    "code": "parameter_not_supported",
    "detail": {"loc": ["body", "response_format"], "input": "json_object"},
    "message": "One of the parameters contain invalid values.",
}
CASES: list[tuple[int, Any, type[ModelError], str]] = [
    (400, FILTERED_FLAT, ContentFiltered,
     "the content filter stopped the prompt: HTTP 400 content_filter: It was filtered"),
    (400, FILTERED, ContentFiltered,
     "the content filter stopped the prompt: HTTP 400 content_filter: It was filtered"),
    (400, FILTERED_INSIDE, ContentFiltered, "the content filter stopped the prompt: HTTP 400: No"),
    (401, {"error": {"code": "401", "message": "Invalid token."}}, Unauthorised,
     "not signed in: HTTP 401: Invalid token"),
    (401, {"status": "Invalid auth token"}, Unauthorised, "not signed in: HTTP 401: Invalid auth token"),
    (403, "", Unauthorised, "not signed in: HTTP 403"),
    (400, {"status": "Auth token must be passed as a header called Authorization"}, Unauthorised,
     "not signed in: HTTP 400: Auth token must be passed as a header called Authorization"),
    (400, "Missing Authorization header", Unauthorised, "not signed in: HTTP 400: Missing Authorization header"),
    (403, {"error": {"code": "403", "message": "Public access is disabled. Please configure private endpoint."}},
     Unreachable, "not reachable from here: HTTP 403: Public access is disabled. Please configure private endpoint"),
    (404, {"error": {"code": "404", "message": "Resource not found"}}, NotVisibleYet,
     "not there, or not yet: HTTP 404: Resource not found"),
    (400, {"error": {"code": "unknown_model", "message": "Unknown model: x", "details": "Unknown model: x"}},
     NotVisibleYet,
     "not there, or not yet: HTTP 400 unknown_model: Unknown model: x"),
    (422, NOT_SUPPORTED, ParameterRefused,
     "refused: HTTP 422 parameter_not_supported: One of the parameters contain invalid values; "
     "body.response_format: got 'json_object'"),
    (400, {"detail": "Extra parameters ['n'] are not allowed."}, ParameterRefused,
     "refused: HTTP 400: Extra parameters ['n'] are not allowed"),
    (422, {"detail": [{"loc": ["body", "user"], "msg": "Extra inputs are not permitted"},
                      {"loc": ["body"], "msg": "b"}]}, ParameterRefused,
     "refused: HTTP 422: body.user: Extra inputs are not permitted; body: b"),
    (413, "too large", ParameterRefused, "refused: HTTP 413: too large"),
    (429, {"error": {"code": "429", "message": "Rate limit is exceeded."}}, Throttled,
     "throttled: HTTP 429: Rate limit is exceeded"),
    (400, {"error": {"code": "RateLimitReached", "message": "Too many."}}, Throttled,
     "throttled: HTTP 400 RateLimitReached: Too many"),
    (408, "", TooSlow, "the service gave up waiting: HTTP 408"),
    (504, "<html>", TooSlow, "the service gave up waiting: HTTP 504: a web page"),
    (424, {"error": "failed dependency"}, ModelFailed, "the service failed: HTTP 424: failed dependency"),
    (500, {"error": {"code": "InternalServerError", "message": "Backend."}}, ModelFailed,
     "the service failed: HTTP 500 InternalServerError: Backend"),
    (503, "", ModelFailed, "the service failed: HTTP 503"),
    (302, "", BrokenAnswer, "unexpected: HTTP 302"),
    (405, [1, 2], BrokenAnswer, "unexpected: HTTP 405: [1, 2]"),
    (500, "[" * 100_000, ModelFailed, "the service failed: HTTP 500: " + "[" * 300 + "…"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "message"), CASES, ids=[f"{c[0]}-{c[2].__name__}" for c in CASES])
def test_a_refusal_becomes_the_error_it_means(status: int, body: Any, kind: type[ModelError], message: str) -> None:
    found = error(status, body)

    assert type(found) is kind
    assert found.message == message
    assert (found.status, found.where) == (status, WHERE)
    assert found.hint


def test_the_services_own_code_is_kept() -> None:
    assert error(404, {"error": {"code": "DeploymentNotFound", "message": "…"}}).service_code == "DeploymentNotFound"
    assert error(400, "", {"x-ms-error-code": "BadThing"}).service_code == "BadThing"
    assert error(400, {"error": {"code": {"odd": 1}}}).service_code is None


def test_the_body_is_kept_for_whoever_debugs_up_to_a_limit() -> None:
    assert error(500, "x" * 10_000).raw == "x" * 4000


@pytest.mark.parametrize(
    ("headers", "message", "wait_s"),
    [
        ({"retry-after": "45"}, "", 45.0),
        ({"retry-after": "0.25"}, "", 0.25),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({"retry-after": "86400"}, "", RETRY_CAP_S),
        ({"retry-after": "-3"}, "", 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "inf"}, "Please retry after 7 seconds.", 7.0),
        ({}, "Rate limit is exceeded. Try again in 2 seconds.", 2.0),
        ({}, "Please retry after 86400 seconds.", RETRY_CAP_S),
        ({}, "Rate limit is exceeded.", None),
    ],
)
def test_the_wait_asked_for_is_taken_from_wherever_it_is_said(
    headers: dict[str, str], message: str, wait_s: float | None
) -> None:
    found = error(429, {"error": {"code": "429", "message": message}}, headers)

    assert isinstance(found, Throttled)
    assert found.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ({"error": {"code": "429", "message": "Slow down."}}, Throttled,
         "throttled: 429: Slow down (inside the answer)"),
        ({"error": {"code": "content_filter", "message": "No."}}, ContentFiltered,
         "the content filter stopped the prompt: content_filter: No (inside the answer)"),
        ({"error": {"code": 503}}, ModelFailed, "the service failed: 503 (inside the answer)"),
        ({"error": "it broke"}, ModelFailed, "the service failed: it broke (inside the answer)"),
        ({"error": {"odd": 1}}, ModelFailed, "the service failed: an error without words (inside the answer)"),
    ],
)  # fmt: skip
def test_an_error_inside_an_answer_is_an_error(body: Any, kind: type[ModelError], message: str) -> None:
    found = embedded_failure(json.dumps(body), {}, WHERE)

    assert (type(found), found.message, found.status) == (kind, message, None)


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "nothing"), (" \n", "nothing"), ("<!doctype html>", "a web page"), ("[1]", "something other than JSON")],
)
def test_an_answer_that_is_no_json_says_what_it_is(text: str, what: str) -> None:
    found = not_json(200, text, WHERE)

    assert found.message == f"the endpoint answered with {what}"


@given(st.integers(300, 599), st.text(max_size=200), st.dictionaries(st.sampled_from(["retry-after"]), st.text()))
def test_any_body_makes_an_error_in_one_line(status: int, text: str, headers: dict[str, str]) -> None:
    found = refusal(status, headers, text, WHERE)

    assert "\n" not in found.message
    assert len(found.message) < 500


json_bodies = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "detail", "loc", "msg", "status"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(json_bodies)
def test_any_json_makes_an_error(body: Any) -> None:
    assert error(400, body).message
    assert embedded_failure(json.dumps(body), {}, WHERE).message


REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE", Path(__file__).parents[4] / "shared" / "azure"))
KINDS = {
    "extra_parameter_rejected": ParameterRefused,
    "bad_extra_parameters_header": ParameterRefused,
    "extra_forbidden_mistral": ParameterRefused,
    "parameter_not_supported": ParameterRefused,
    "content_filter_documented": ContentFiltered,
    "content_filter_azure_openai_shape": ContentFiltered,
    "missing_auth_serverless": Unauthorised,
    "wrong_audience_foundry": Unauthorised,
    "resource_not_found": NotVisibleYet,
    "unknown_model": NotVisibleYet,
    "backend_unexpected": ModelFailed,
    "rate_limit_aoai": Throttled,
    "rate_limit_foundry": Throttled,
    "rate_limit_day": Throttled,
    "rate_limit_bad_headers": Throttled,
}


@pytest.mark.reference
@pytest.mark.parametrize("name", KINDS)
def test_a_body_that_was_reported_becomes_the_error_it_means(name: str) -> None:
    file = REFERENCE / "dataplane" / "errors.json"
    if not file.is_file():
        pytest.skip(f"the reference material is not at {REFERENCE}")
    found = next(each for each in json.loads(file.read_text())["errors"] if each["name"] == name)
    headers = {key.lower(): value for key, value in (found.get("headers") or {}).items()}

    result = refusal(found["http_status"] or 400, headers, json.dumps(found["body"]), WHERE)

    assert type(result) is KINDS[name]
