"""Names: the providers' rules hold, and no two identities share one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from azserve.model.names import EndpointKey, FleetId, Region
from azserve.planning.naming import (
    Identity,
    fill,
    foundry_names,
    group_name,
    marketplace_subscription_name,
    region_deployment_name,
    serverless_endpoint_name,
    serverless_names,
    stable_hash,
)

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
R1 = "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
WORDS = st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True).filter(lambda text: len(text) <= 40)
IDENTITIES = st.builds(
    Identity,
    st.builds(FleetId, WORDS, st.none() | WORDS),
    st.sampled_from([SUBSCRIPTION, "22222222-2222-2222-2222-222222222222"]),
    st.sampled_from([Region("eastus"), Region("eastus2"), Region("germanywestcentral")]),
)


def identity(fleet: str = "r1-chat", environment: str | None = None, region: str = "eastus2") -> Identity:
    return Identity(FleetId(fleet, environment), SUBSCRIPTION, Region(region))


def test_the_seeds_group_is_named_as_its_document_says() -> None:
    assert group_name(identity()) == "rg-r1-chat-eastus2"


def test_an_environment_is_part_of_the_default_group() -> None:
    assert re.fullmatch(r"rg-support-prod-eastus2-[a-z2-7]{6}", group_name(identity("support", "prod")))


def test_a_pattern_of_the_users_own_is_taken_at_its_word() -> None:
    assert group_name(identity("support", "prod"), "ai_{env}_{region}") == "ai_prod_eastus2"


@pytest.mark.parametrize(
    ("pattern", "filled"),
    [
        ("rg-{fleet}-{env}-{region}", "rg-a-eastus2"),
        ("{env}-{fleet}", "a"),
        ("{fleet}.{env}", "a"),
        ("{fleet}{env}x", "ax"),
        ("{other}-{fleet}", "{other}-a"),
        ("/x/{region}/{env}/y", "/x/eastus2//y"),
    ],
)
def test_without_an_environment_its_part_goes_with_one_separator(pattern: str, filled: str) -> None:
    assert fill(pattern, FleetId("a"), Region("eastus2")) == filled


def test_what_is_filled_in_is_not_read_as_a_pattern_again() -> None:
    assert fill("{fleet}", FleetId("{region}"), Region("eastus2")) == "{region}"


def test_a_hash_keeps_its_parts_apart() -> None:
    assert stable_hash("ab", "c") != stable_hash("a", "bc")


def test_a_hash_never_changes() -> None:
    # Names of resources that exist hang on this value: a change here renames every fleet in the world.
    assert stable_hash("a", None, "b") == "hjmedhnm"


def test_the_model_is_part_of_a_serverless_endpoints_name() -> None:
    other = R1.replace("R1", "V3-0324")
    key = EndpointKey("r1")
    assert serverless_endpoint_name(identity(), key, R1) != serverless_endpoint_name(identity(), key, other)


def test_a_key_that_starts_with_a_digit_still_gives_a_legal_endpoint_name() -> None:
    assert serverless_endpoint_name(identity(), EndpointKey("4o_mini"), R1).startswith("e-4o-mini-")


def test_a_marketplace_subscription_is_named_after_its_model() -> None:
    name = marketplace_subscription_name(identity(), "azureml://registries/azureml-cohere/models/Cohere-command-r")
    assert name.startswith("cohere-command-r-")


def all_names(one: Identity) -> dict[str, str]:
    around, account = serverless_names(one), foundry_names(one)
    return {
        "group": group_name(one),
        "hub": around.hub,
        "project": around.project,
        "storage": around.storage,
        "vault": around.vault,
        "account": account.account,
        "subdomain": account.subdomain,
        "foundry project": account.project,
        "endpoint": serverless_endpoint_name(one, EndpointKey("r1"), R1),
        "marketplace": marketplace_subscription_name(one, R1),
    }


RULES = {
    "group": r"[A-Za-z0-9_.()-]{0,89}[A-Za-z0-9_()-]",
    "hub": r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}",
    "project": r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}",
    "storage": r"[a-z0-9]{3,24}",
    "vault": r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
    "account": r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}",
    "subdomain": r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    "foundry project": r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}",
    "endpoint": r"[a-zA-Z][a-zA-Z0-9-]{0,31}",
    "marketplace": r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}",
}


@effort(max_examples=60)
@given(IDENTITIES)
def test_every_name_keeps_its_providers_rule(one: Identity) -> None:
    for what, name in all_names(one).items():
        assert re.fullmatch(RULES[what], name), (what, name)
    assert len(region_deployment_name(one)) <= 64


@effort(max_examples=60)
@given(st.text(min_size=1, max_size=80))
def test_any_key_gives_a_legal_endpoint_name(key: str) -> None:
    assert re.fullmatch(RULES["endpoint"], serverless_endpoint_name(identity(), EndpointKey(key), R1))


@effort(max_examples=60)
@given(IDENTITIES, IDENTITIES)
@example(identity("a-b", "c"), identity("a", "b-c"))
@example(identity("a-b"), identity("a", "b"))
@example(identity("a", "eastus"), identity("a-eastus"))
@example(identity("a" * 40, "b" * 40), identity("a" * 40, "b" * 39 + "c"))
def test_no_two_identities_share_a_name(one: Identity, other: Identity) -> None:
    ours, theirs = all_names(one), all_names(other)
    same_scope = {what for what in ours if ours[what].lower() == theirs[what].lower()}
    if one == other:
        assert same_scope == set(ours)
    elif one.subscription == other.subscription:
        assert not same_scope
    else:  # groups of two subscriptions may share a name: they can never meet
        assert same_scope <= {"group"}
