"""Fault rules: reading them, and which one a request gets."""

from __future__ import annotations

import pytest

from azserve.emulator.faults import NO_FAULT, Asked, Reset, read_rules
from azserve.emulator.kernel.wire import ArmError, Json

ARM_PUT = Asked("PUT", ("management.azure.com", "127.0.0.1:4190"), ("/subscriptions/S/x/deployments/d",))
CHAT = Asked("POST", ("r1.eastus2.models.ai.azure.com",), ("/_hosts/r1.eastus2.models.ai.azure.com/info", "/info"))


def test_no_rules_do_nothing() -> None:
    assert read_rules({}).choose(ARM_PUT) is NO_FAULT


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"method": "put"},
        {"host": "*"},
        {"host": "MANAGEMENT.*"},
        {"host": "127.0.0.1:4190"},
        {"path": "/subscriptions/*/deployments/*"},
        {"path": "*DEPLOYMENTS*", "method": "P*"},
        {"nth": 1},
        {"nth": [1, 3]},
        {"probability": 1},
    ],
)
def test_a_rule_matches_by_globs_without_case(match: Json) -> None:
    assert read_rules({"rules": [{"match": match, "status": 500}]}).choose(ARM_PUT).status == 500


@pytest.mark.parametrize(
    "match", [{"method": "GET"}, {"host": "*.ai.azure.com"}, {"path": "/deployments"}, {"nth": 2}, {"probability": 0}]
)
def test_a_rule_that_does_not_match_does_nothing(match: Json) -> None:
    assert read_rules({"rules": [{"match": match, "status": 500}]}).choose(ARM_PUT) is NO_FAULT


@pytest.mark.parametrize("path", ["/info", "/_hosts/*/info", "*/INFO"])
def test_a_data_plane_path_matches_as_sent_and_as_it_would_be(path: str) -> None:
    assert read_rules({"rules": [{"match": {"path": path}, "status": 500}]}).choose(CHAT).status == 500


def test_nth_counts_the_rules_own_matches() -> None:
    book = read_rules({"rules": [{"match": {"method": "PUT", "nth": [1, 3]}, "status": 429}]})
    seen = []
    for _ in range(4):
        book.choose(CHAT)
        seen.append(book.choose(ARM_PUT).status)

    assert seen == [429, None, 429, None]


def test_the_first_rule_that_matches_wins() -> None:
    book = read_rules({"rules": [{"match": {"nth": 1}, "status": 500}, {"status": 503}, {"status": 504}]})

    assert [book.choose(CHAT).status for _ in range(3)] == [500, 503, 503]


def test_probability_is_the_same_for_the_same_seed() -> None:
    rules = {"seed": 7, "rules": [{"match": {"probability": 0.5}, "status": 500}]}
    one, two = read_rules(rules), read_rules(rules)
    seen = [one.choose(CHAT).status for _ in range(50)]

    assert seen == [two.choose(CHAT).status for _ in range(50)]
    assert 10 < seen.count(500) < 40


def test_all_members_are_read() -> None:
    rule = {"delay_ms": 150, "status": 429, "headers": {"Retry-After": 1}, "body": None, "reset": "after",
            "hang": True, "truncate_after_bytes": 200, "stall_after_chunks": 3}  # fmt: skip
    fault = read_rules({"rules": [rule]}).choose(CHAT)

    assert (fault.delay_ms, fault.status, fault.headers, fault.has_body) == (150.0, 429, {"Retry-After": "1"}, True)
    assert (fault.reset, fault.hang, fault.truncate_after_bytes, fault.stall_after_chunks) == (
        Reset.AFTER,
        True,
        200,
        3,
    )


@pytest.mark.parametrize(
    ("body", "member"),
    [
        (None, "(body)"),
        ([], "(body)"),
        ({"rule": []}, "rule"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"rules": {}}, "rules"),
        ({"rules": [5]}, "rules[0]"),
        ({"rules": [{}, {"delay": 1}]}, "rules[1].delay"),
        ({"rules": [{"delay_ms": -1}]}, "rules[0].delay_ms"),
        ({"rules": [{"delay_ms": "1"}]}, "rules[0].delay_ms"),
        ({"rules": [{"status": 101}]}, "rules[0].status"),
        ({"rules": [{"status": True}]}, "rules[0].status"),
        ({"rules": [{"status": 200.5}]}, "rules[0].status"),
        ({"rules": [{"headers": []}]}, "rules[0].headers"),
        ({"rules": [{"headers": {"a": None}}]}, "rules[0].headers"),
        ({"rules": [{"headers": {"a b": "c"}}]}, "rules[0].headers"),
        ({"rules": [{"headers": {"a": "b\r\nc: d"}}]}, "rules[0].headers"),
        ({"rules": [{"reset": "now"}]}, "rules[0].reset"),
        ({"rules": [{"reset": {}}]}, "rules[0].reset"),
        ({"rules": [{"hang": "yes"}]}, "rules[0].hang"),
        ({"rules": [{"truncate_after_bytes": -1}]}, "rules[0].truncate_after_bytes"),
        ({"rules": [{"stall_after_chunks": "3"}]}, "rules[0].stall_after_chunks"),
        ({"rules": [{"match": 1}]}, "rules[0].match"),
        ({"rules": [{"match": {"verb": "GET"}}]}, "rules[0].match.verb"),
        ({"rules": [{"match": {"path": 1}}]}, "rules[0].match.path"),
        ({"rules": [{"match": {"nth": 0}}]}, "rules[0].match.nth"),
        ({"rules": [{"match": {"nth": [1, "2"]}}]}, "rules[0].match.nth"),
        ({"rules": [{"match": {"probability": 2}}]}, "rules[0].match.probability"),
    ],
)
def test_a_bad_rule_is_refused_by_its_member(body: Json, member: str) -> None:
    with pytest.raises(ArmError) as raised:
        read_rules(body)

    assert (raised.value.status, raised.value.error["target"]) == (400, member)
