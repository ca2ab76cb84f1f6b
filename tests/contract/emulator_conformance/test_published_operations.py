"""Each published operation, asked of the emulator, is answered as published: status, members, types."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.emulator_conformance import tour
from tests.contract.emulator_conformance.checker import Operation, breaks, operations, unlike

REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE") or Path(__file__).parents[3].parent / "shared" / "azure")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference material at {REFERENCE}"),
]
TABLE = list(operations(REFERENCE / "spec")) if REFERENCE.is_dir() else []
OF_THE_TENANT = ("/providers/Microsoft.Resources/deployments/", "/providers/{resourceProviderNamespace}")
"""Starts of paths: a scope that no fleet touches."""
NOT_MODELLED = ("/vmSizes", "/updateQuotas")
"""Ends of paths: virtual machines."""
REFUSED_ALOUD = {501, 404, 405}


def _modelled(one: Operation) -> bool:
    return not one.path.startswith(OF_THE_TENANT) and not one.path.endswith(NOT_MODELLED)


@pytest.mark.parametrize("operation", [one for one in TABLE if _modelled(one)], ids=lambda one: one.name)
def test_an_operation_is_answered_as_published(operation: Operation) -> None:
    azure = tour.Azure.furnished()
    path = azure.filled_in(operation.method, operation.path)
    if operation.path.endswith("/cancel"):
        path = _under_way(azure, path)
    query = next((query for part, query in tour.QUERY.items() if operation.path.endswith(part)), {})
    body = copy.deepcopy(tour.body_for(operation.method, operation.path))

    answer = azure.ask(operation.method, path.rstrip("/"), body, version=operation.version, **query)

    assert operation.problems(answer.status, answer.body) == [], answer.body


def _under_way(azure: tour.Azure, path: str) -> str:
    """Begin the deployment that is to be cancelled."""
    deployment = path.removesuffix("/cancel")
    body = {**tour.DEPLOYED, **({} if "resourcegroups" in path.lower() else {"location": "eastus2"})}
    assert azure.ask("PUT", deployment, body, version="2024-07-01").status in (200, 201)
    return path


@pytest.mark.parametrize("operation", [one for one in TABLE if not _modelled(one)], ids=lambda one: one.name)
def test_what_is_not_modelled_is_refused_aloud(operation: Operation) -> None:
    azure = tour.Azure.furnished()
    path = azure.filled_in(operation.method, operation.path.partition("/operations/{")[0]).rstrip("/")
    assert azure.ask(operation.method, path, None, version=operation.version).status in REFUSED_ALOUD


def _recordings() -> Iterator[Any]:
    for path in sorted((REFERENCE / "recordings").glob("*.json")) if REFERENCE.is_dir() else ():
        if path.stat().st_size > 60_000:
            continue
        for number, exchange in enumerate(json.loads(path.read_text(encoding="utf-8"))["exchanges"]):
            body = exchange["response"]["body"]
            if isinstance(body, dict) and body:
                yield pytest.param(body, id=f"{path.stem}-{number}")


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every member, lists taken item by item."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if isinstance(value, dict):
            yield (*at, key)
        yield from _leaves(inner, (*at, key))


def _holder(body: Any, place: tuple[Any, ...]) -> Any:
    for key in place[:-1]:
        body = body[key]
    return body


@pytest.mark.parametrize("body", list(_recordings()))
def test_a_recording_passes_and_no_member_can_be_dropped_or_retyped(body: Any) -> None:
    assert list(unlike(body, body)) == []
    places = [place for place in _leaves(body) if not set(place[:-1]) & {"capabilities", "endpoints", "headers"}]
    for place in places[:: max(1, len(places) // 100)]:
        last = _holder(body, place)[place[-1]]
        if last is None:
            continue
        ours = copy.deepcopy(body)
        for other in (1 if isinstance(last, str) else "retyped", None):
            _holder(ours, place)[place[-1]] = other
            assert list(unlike(body, ours)), place
        if isinstance(last, list) and last:
            _holder(ours, place)[place[-1]] = []
            assert list(unlike(body, ours)), place
        del _holder(ours, place)[place[-1]]
        assert list(unlike(body, ours)), place


def test_recorded_answers_obey_the_published_schemas() -> None:
    by_path = {(one.method, one.path.rpartition("/")[2]): one for one in TABLE if "{location}" in one.path}
    recorded = json.loads((REFERENCE / "recordings" / "cs-usages-eastus2.json").read_text(encoding="utf-8"))
    body = recorded["exchanges"][0]["response"]["body"]
    operation = by_path["GET", "usages"]

    assert operation.problems(200, body) == []
    assert operation.problems(418, body)
    assert operation.problems(200, {"value": [{"limit": "many"}]})
    assert operation.problems(200, None)


def test_a_schema_notices_what_is_missing_retyped_or_none_of_its_words() -> None:
    base = {"required": ["id"], "properties": {"id": {"type": "string"}}}
    words = {"type": "string", "enum": ["a"], "x-ms-enum": {"modelAsString": False}}
    thing = {"allOf": [{"$ref": "#/definitions/Base"}], "properties": {"n": {"type": "integer"}, "w": words}}
    schema, definitions = {"type": "array", "items": {"$ref": "#/definitions/Thing"}}, {"Base": base, "Thing": thing}

    assert list(breaks(schema, [{"id": "x", "n": 1, "w": "a", "later": True}], definitions)) == []
    assert list(breaks(schema, [{"n": True, "w": "b"}], definitions)) == [
        "$[0].id is missing",
        "$[0].n is bool, specified is integer",
        "$[0].w is 'b', none of a",
    ]
