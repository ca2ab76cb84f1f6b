"""ARM ids as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.model.names import region
from azserve.model.resource_id import ResourceId

ACCOUNT = ResourceId("s", "rg", "Microsoft.CognitiveServices/accounts", ("a",))
name = st.text(st.characters(codec="ascii", exclude_characters="/", categories=["L", "N"]), min_size=1, max_size=12)


@given(name, st.one_of(st.none(), name), st.lists(st.tuples(name, name), min_size=1, max_size=3))
def test_an_id_reads_back_as_it_was_written(
    subscription: str, group: str | None, levels: list[tuple[str, str]]
) -> None:
    kinds, names = zip(*levels, strict=True)
    written = ResourceId(subscription, group, "/".join(["Microsoft.X", *kinds]), names)

    assert ResourceId.parse(str(written)) == written


def test_a_group_has_an_id_without_a_provider() -> None:
    group = ResourceId.of_group("s", "rg")

    assert str(group) == "/subscriptions/s/resourceGroups/rg"
    assert ResourceId.parse(str(group)) == group


@pytest.mark.parametrize(
    "text",
    ["", "rg", "/subscriptions/s", "/subscriptions/s/resourceGroups", "/subscriptions/s/providers/Microsoft.X/a"],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an ARM resource id"):
        ResourceId.parse(text)


def test_a_child_knows_its_parent() -> None:
    child = ACCOUNT.child("deployments", "r1")

    assert str(child).endswith("/accounts/a/deployments/r1")
    assert child.parent == ACCOUNT
    assert ACCOUNT.parent is None


def test_spelling_does_not_matter_to_the_key() -> None:
    assert ResourceId.parse(str(ACCOUNT).upper().replace("SUBSCRIPTIONS", "subscriptions")).key == ACCOUNT.key


@pytest.mark.parametrize("text", ["East US 2", "EastUS2", "EASTUS2", " eastus2 "])
def test_a_region_has_one_spelling(text: str) -> None:
    assert region(text) == "eastus2"
