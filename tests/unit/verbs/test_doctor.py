"""`doctor`: each thing that can be wrong before a deploy, seen to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.unit.planning.worlds import NOW, SUBSCRIPTION, catalogue, settings
from tests.unit.surveying.test_survey import FakeReader

from azserve.errors import AzserveError, AzureFailed, SignInError
from azserve.model.diagnosis import CheckState, PipelineToken, Ring, TokenFacts
from azserve.model.endpoint import Endpoint
from azserve.model.estate import RegionEstate
from azserve.model.facts import Permissions, PermissionSet, ProviderRegistration, SubscriptionState
from azserve.model.outlook import DoctorCheck, DoctorResult
from azserve.model.settings import AccessGrant, HostSettings, Settings, SignIn
from azserve.verbs.doctor import DoctorRequest, doctor, expected_subject
from azserve.verbs.ports import AzurePorts

R1 = {"r1": {"model": "DeepSeek-R1", "hosting": "serverless"}}
V32 = {"v32": {"model": "DeepSeek-V3.2", "version": "1", "capacity": 1}}
COHERE = {"cmd": {"model": "Cohere-command-r-08-2024", "hosting": "serverless"}}
ALL = Permissions("s", (PermissionSet(("*",), data_actions=("*",)),))
CONTRIBUTOR = Permissions("s", (PermissionSet(("*",), ("Microsoft.Authorization/*/Write",)),))
READER = Permissions("s", (PermissionSet(("*/read",)),))
TOKEN = TokenFacts("https://management.azure.com", NOW + timedelta(hours=1), "tenant-1", "oid", "app", "me@x", "person")
KEYLESS = HostSettings(sign_in=SignIn.ENTRA)


@dataclass
class FakeKnowledge:
    """What a machine and a sign-in would say."""

    tokens: TokenFacts | AzserveError = TOKEN
    rings: Mapping[str, Ring | AzserveError] = field(default_factory=dict)
    presented: PipelineToken | AzserveError | None = None
    skew_s: float = 0.0
    method: str = "cli"
    audiences: list[str] = field(default_factory=list)

    def token(self, audience: str) -> TokenFacts:
        self.audiences.append(audience)
        if isinstance(self.tokens, AzserveError):
            raise self.tokens
        return replace(self.tokens, audience=audience)

    def ring(self, url: str) -> Ring:
        found = self.rings.get(url) or Ring(url, 401, 0.2, NOW + timedelta(seconds=self.skew_s), NOW)
        if isinstance(found, AzserveError):
            raise found
        return found

    def pipeline(self) -> PipelineToken | None:
        if isinstance(self.presented, AzserveError):
            raise self.presented
        return self.presented


class NothingDeployed:
    """No endpoint stands anywhere; other ports are not used."""

    def in_region(self, estate: RegionEstate) -> tuple[Endpoint, ...]:
        return ()


def looked(
    wanted: Settings | None = None,
    knowledge: FakeKnowledge | None = None,
    answers: Mapping[object, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> DoctorResult:
    reader = FakeReader({"permissions": ALL, **(answers or {})})
    nothing = cast(Any, None)
    endpoints = cast(Any, NothingDeployed())
    azure = AzurePorts(reader, nothing, endpoints, nothing, nothing, nothing, knowledge or FakeKnowledge())
    return doctor(DoctorRequest(wanted or settings(R1), catalogue(), environ or {}), azure, lambda: NOW)


def check(result: DoctorResult, area: str, name: str | None = None) -> DoctorCheck:
    return next(one for one in result.checks if one.area == area and name in {None, one.name})


def test_where_all_is_well_nothing_fails_and_everything_was_looked_at() -> None:
    result = looked()
    assert {one.state for one in result.checks} == {CheckState.OK}
    assert {one.area for one in result.checks} == {"sign-in", "subscription", "rights", "providers", "network", "clock"}


def test_who_is_signed_in_and_for_how_long() -> None:
    result = looked()
    assert check(result, "sign-in", "identity").found == "me@x (person), signed in by `cli`"
    assert check(result, "sign-in", "token, manager").found == "for management.azure.com, 1 h 00 min left"


def test_a_token_that_ends_soon_is_warned_of() -> None:
    token = replace(TOKEN, expires_at=NOW + timedelta(minutes=9))
    assert check(looked(knowledge=FakeKnowledge(token)), "sign-in", "token, manager").state is CheckState.WARNING


def test_another_tenant_than_the_files_fails() -> None:
    result = looked(settings(R1, tenant="tenant-2"))
    assert check(result, "sign-in", "tenant").state is CheckState.FAILED


def test_without_a_sign_in_the_network_is_looked_at_all_the_same_and_azure_is_not_asked() -> None:
    result = looked(knowledge=FakeKnowledge(SignInError("nobody is signed in", hint="az login")))
    assert [one.area for one in result.failed()] == ["sign-in"]
    assert {one.area for one in result.checks} == {"sign-in", "network", "clock"}


def test_keyless_models_need_a_token_of_their_own() -> None:
    knowledge = FakeKnowledge()
    looked(settings(V32, foundry=KEYLESS), knowledge)
    assert knowledge.audiences == ["https://management.azure.com", "https://cognitiveservices.azure.com"]


@pytest.mark.parametrize(
    ("state", "quota", "expected"),
    [
        ("Enabled", "PayAsYouGo_2014-09-01", CheckState.OK),
        ("Warned", None, CheckState.OK),
        ("Disabled", None, CheckState.FAILED),
        ("Enabled", "FreeTrial_2014-09-01", CheckState.WARNING),
    ],
)
def test_a_subscription_takes_writes_or_does_not(state: str, quota: str | None, expected: CheckState) -> None:
    found = SubscriptionState(SUBSCRIPTION, "mine", state, quota_id=quota)
    assert check(looked(answers={"subscription": found}), "subscription").state is expected


def test_missing_actions_are_named_exactly() -> None:
    rights = check(looked(answers={"permissions": READER}), "rights")
    assert rights.state is CheckState.FAILED
    assert "Microsoft.Resources/subscriptions/resourceGroups/write, to make resourceGroups" in rights.details
    assert not any("/read," in detail for detail in rights.details)


def test_a_partners_offer_needs_the_right_to_buy_it() -> None:
    rights = check(looked(settings(COHERE), answers={"permissions": READER}), "rights")
    assert any(detail.startswith("Microsoft.MarketplaceOrdering/") for detail in rights.details)


def test_contributor_cannot_assign_roles_and_is_told_which_role_can() -> None:
    host = HostSettings(access=(AccessGrant("call", principal="5eeda25e-0000-4000-8000-000000000009"),))
    rights = check(looked(settings(V32, foundry=host), answers={"permissions": CONTRIBUTOR}), "rights")
    assert (rights.state, "Owner" in (rights.hint or "")) == (CheckState.FAILED, True)


def test_contributor_has_no_data_actions_for_keyless_calls() -> None:
    result = looked(settings(V32, foundry=KEYLESS), answers={"permissions": CONTRIBUTOR})
    data = check(result, "rights", "the subscription, data")
    assert (data.state, "self: true" in (data.hint or "")) == (CheckState.WARNING, True)
    assert result.failed() == ()


def test_a_fleet_that_grants_itself_the_role_needs_no_data_action_yet() -> None:
    host = replace(KEYLESS, access=(AccessGrant("call", self_=True),))
    result = looked(settings(V32, foundry=host), answers={"permissions": replace(ALL, sets=(PermissionSet(("*",)),))})
    assert [one.name for one in result.checks if one.area == "rights"] == ["the subscription"]


def test_a_provider_that_is_not_registered_comes_with_the_command() -> None:
    off = ProviderRegistration("Microsoft.Storage", "NotRegistered")
    result = looked(answers={("provider", "Microsoft.Storage"): off})
    found = check(result, "providers", "Microsoft.Storage")
    assert found.state is CheckState.FAILED
    assert "az provider register --namespace Microsoft.Storage" in (found.hint or "")
    assert "Microsoft.KeyVault" in check(result, "providers", "registered").found


def test_what_cannot_be_read_fails_its_own_check_alone() -> None:
    broken = AzureFailed("slow down", code="TooManyRequests")
    result = looked(answers={"permissions": broken, "subscription": broken, ("provider", "Microsoft.Storage"): broken})
    assert [one.area for one in result.failed()] == ["subscription", "rights", "providers"]


def test_a_host_that_does_not_answer_fails() -> None:
    down = AzureFailed("no way there", code="unreachable", hint="check the proxy")
    result = looked(knowledge=FakeKnowledge(rings={"https://management.azure.com": down}))
    assert check(result, "network", "Azure Resource Manager").state is CheckState.FAILED
    assert not any(one.area == "clock" for one in result.checks)


@pytest.mark.parametrize(
    ("skew_s", "expected"),
    [
        (0, CheckState.OK),
        (59, CheckState.OK),
        (60, CheckState.WARNING),
        (-299, CheckState.WARNING),
        (300, CheckState.FAILED),
    ],
)
def test_clocks_may_differ_by_a_little(skew_s: float, expected: CheckState) -> None:
    assert check(looked(knowledge=FakeKnowledge(skew_s=skew_s)), "clock").state is expected


GITHUB = {"GITHUB_REPOSITORY": "o/r", "GITHUB_REF": "refs/heads/main"}


@pytest.mark.parametrize(
    ("environ", "environment", "subject"),
    [
        (GITHUB, None, "repo:o/r:ref:refs/heads/main"),
        (GITHUB, "prod", "repo:o/r:environment:prod"),
        ({**GITHUB, "GITHUB_EVENT_NAME": "pull_request"}, None, "repo:o/r:pull_request"),
        ({"GITHUB_REPOSITORY": "o/r"}, None, None),
        ({}, "prod", None),
    ],
)
def test_the_subject_of_a_github_job_is_known(
    environ: dict[str, str], environment: str | None, subject: str | None
) -> None:
    assert expected_subject(environ, environment) == subject


def test_a_pipeline_that_presents_another_subject_is_warned() -> None:
    token = PipelineToken(
        "https://token.actions.githubusercontent.com", "repo:o/r:pull_request", "api://AzureADTokenExchange"
    )
    result = looked(knowledge=FakeKnowledge(presented=token), environ=GITHUB)
    found = check(result, "pipeline")
    assert (found.state, "expected repo:o/r:ref:refs/heads/main" in found.found) == (CheckState.WARNING, True)
    assert found.hint == "change the subject of the federated credential"


def test_a_pipeline_that_presents_the_expected_subject_is_told_what_the_app_must_have() -> None:
    token = PipelineToken("issuer", "repo:o/r:ref:refs/heads/main", "audience")
    found = check(looked(knowledge=FakeKnowledge(presented=token), environ=GITHUB), "pipeline")
    assert (found.state, "federated credential" in (found.hint or "")) == (CheckState.OK, True)


def test_a_pipeline_whose_token_cannot_be_had_fails_that_check() -> None:
    result = looked(knowledge=FakeKnowledge(presented=SignInError("no", code="oidc-missing")))
    assert [one.area for one in result.failed()] == ["pipeline"]
