"""Answers of what-if, as specified and as recorded."""

from __future__ import annotations

from typing import Any

import pytest

from azserve.azure.whatif import changes_in
from azserve.deploying.ports import Foretold

ID = "/subscriptions/s/resourceGroups/g"


def change(**members: Any) -> dict[str, Any]:
    return {"resourceId": ID, "changeType": "Modify", **members}


def test_changes_come_in_azures_order_wherever_the_answer_keeps_them() -> None:
    inner: dict[str, Any] = {"changes": [change(changeType="Create"), change(changeType="NoChange")]}
    outer: dict[str, Any] = {"status": "Succeeded", "properties": inner}
    for answer in (outer, inner):
        assert [one.change for one in changes_in(answer)] == [Foretold.CREATE, Foretold.NO_CHANGE]


def test_properties_are_named_to_the_innermost_one_that_differs() -> None:
    delta = [
        {"path": "tags", "propertyChangeType": "Modify", "children": [{"path": "a", "propertyChangeType": "Create"}]},
        {"path": "properties.x", "propertyChangeType": "Delete"},
        {"path": "properties.y", "propertyChangeType": "NoEffect"},
        {"path": "properties.list", "propertyChangeType": "Array",
         "children": [{"path": "0", "propertyChangeType": "Modify"}]},
    ]  # fmt: skip
    (found,) = changes_in({"changes": [change(delta=delta)]})
    assert found.paths == ("tags.a", "properties.x", "properties.list.0")


@pytest.mark.parametrize(("word", "meant"), [("Ignore", Foretold.NO_CHANGE), ("Levitate", Foretold.UNSUPPORTED)])
def test_other_words_are_read_as_what_they_come_to(word: str, meant: Foretold) -> None:
    assert changes_in({"changes": [change(changeType=word)]})[0].change is meant


def test_azures_reason_is_kept() -> None:
    (found,) = changes_in({"changes": [change(changeType="Unsupported", unsupportedReason="no permission")]})
    assert found.because == "no permission"


@pytest.mark.parametrize("answer", [{}, {"properties": None}, {"changes": "none"}, {"changes": [None, "x"]}])
def test_an_answer_without_changes_has_none(answer: dict[str, Any]) -> None:
    assert changes_in(answer) == ()
