"""Azure's own word on a plan: what is believed, what is noise, and what the plan did not foresee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from azserve.deploying.ports import DeploymentRequest, Foretold, ForetoldChange
from azserve.errors import AzserveError, PermissionDenied, Refused
from azserve.model.artifact import RegionArtifact
from azserve.model.estate import RegionEstate, Resource
from azserve.model.names import FleetId, Region
from azserve.model.outlook import Heard, Rehearsed
from azserve.model.plan import Action, Phase, PhaseName, Placement, Plan, Step
from azserve.model.resource_id import ResourceId
from azserve.verbs.rehearse import problems_of, rehearse, require_valid

EASTUS2 = Region("eastus2")
FLEET = FleetId("f")
GROUP = ResourceId.of_group("s", "g")
VAULT = ResourceId("s", "g", "Microsoft.KeyVault/vaults", ("v",))
BODY: Mapping[str, Any] = {"location": "eastus2", "properties": {"sku": {"name": "standard"}}}


class FakeRehearsal:
    """Says what it is told to."""

    def __init__(self, foretold: Sequence[ForetoldChange] = (), refuses: AzserveError | None = None,
                 what_if: AzserveError | None = None) -> None:  # fmt: skip
        self._foretold, self._refuses, self._what_if = foretold, refuses, what_if
        self.asked: list[str] = []

    def validate(self, request: DeploymentRequest) -> None:
        self.asked.append("validate")
        if self._refuses:
            raise self._refuses

    def what_if(self, request: DeploymentRequest) -> tuple[ForetoldChange, ...]:
        self.asked.append("what-if")
        if self._what_if:
            raise self._what_if
        return tuple(self._foretold)


def artifact() -> RegionArtifact:
    estate = RegionEstate(FLEET, "s", EASTUS2, "g", {})
    group = Resource(GROUP, "2024-07-01", {"location": "eastus2"})
    return RegionArtifact(estate, (), {"parameters": {}}, {}, {}, (group, Resource(VAULT, "2023-07-01", BODY)))


def plan(group: Action, vault: Action) -> Plan:
    steps = (Step(group, GROUP, EASTUS2, ""), Step(vault, VAULT, EASTUS2, ""))
    return Plan(Placement(FLEET, (), ()), (Phase(PhaseName.DEPLOY, steps),))


def said(
    rehearsal: FakeRehearsal, group: Action = Action.UPDATE, vault: Action = Action.UPDATE
) -> tuple[Rehearsed, ...]:
    return rehearse(plan(group, vault), [artifact()], rehearsal)


def heard(change: Foretold, vault: Action, *paths: str, resource: str = str(VAULT)) -> tuple[Heard, ...]:
    foretold = ForetoldChange(resource, change, paths)
    (found,) = said(FakeRehearsal([foretold]), vault=vault)
    return tuple(row.heard for row in found.foretold or ())


def test_a_region_without_a_write_is_not_asked_about() -> None:
    rehearsal = FakeRehearsal()
    assert (said(rehearsal, Action.UNCHANGED, Action.UNCHANGED), rehearsal.asked) == ((), [])


def test_a_group_that_is_to_be_made_makes_the_check_partial_and_what_if_pointless() -> None:
    rehearsal = FakeRehearsal()
    (found,) = said(rehearsal, group=Action.CREATE)
    assert (found.partial, found.foretold, rehearsal.asked) == (True, None, ["validate"])


def test_validation_comes_before_what_if() -> None:
    rehearsal = FakeRehearsal()
    said(rehearsal)
    assert rehearsal.asked == ["validate", "what-if"]


def test_a_refusal_of_azures_is_the_plans_and_what_if_is_not_asked() -> None:
    rehearsal = FakeRehearsal(refuses=Refused("a policy forbids it", code="RequestDisallowedByPolicy"))
    (found,) = said(rehearsal)
    assert (found.refused, rehearsal.asked) == (True, ["validate"])
    assert [problem.code for problem in problems_of([found])] == ["RequestDisallowedByPolicy"]


@pytest.mark.parametrize("where", ["refuses", "what_if"])
def test_not_being_allowed_to_ask_is_no_refusal(where: str) -> None:
    denied = PermissionDenied("may not validate", code="AuthorizationFailed")
    (found,) = said(FakeRehearsal(**{where: denied}))  # type: ignore[arg-type]
    assert (found.refused, found.problem and found.problem.severity) == (False, "warning")


@pytest.mark.parametrize(
    ("change", "action", "expected"),
    [
        (Foretold.CREATE, Action.CREATE, Heard.AGREES),
        (Foretold.CREATE, Action.UNCHANGED, Heard.DIFFERS),
        (Foretold.MODIFY, Action.UPDATE, Heard.AGREES),
        (Foretold.NO_CHANGE, Action.UNCHANGED, Heard.AGREES),
        (Foretold.NO_CHANGE, Action.CREATE, Heard.DIFFERS),
        (Foretold.DEPLOY, Action.CREATE, Heard.AGREES),
        (Foretold.DELETE, Action.UNCHANGED, Heard.DIFFERS),
        (Foretold.UNSUPPORTED, Action.CREATE, Heard.NOISE),
    ],
)
def test_azures_word_is_held_against_the_plans(change: Foretold, action: Action, expected: Heard) -> None:
    assert heard(change, action) == (expected,)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("properties.vaultUri", Heard.NOISE),
        ("properties.sku.name", Heard.DIFFERS),
        ("Properties.SKU.family", Heard.NOISE),
        ("location", Heard.DIFFERS),
    ],
)
def test_a_modification_of_what_the_template_does_not_set_is_noise(path: str, expected: Heard) -> None:
    assert heard(Foretold.MODIFY, Action.UNCHANGED, path) == (expected,)


@pytest.mark.parametrize(
    "resource",
    ["/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/models",
     "[resourceId('Microsoft.KeyVault/vaults', reference('x').name)]"],
)  # fmt: skip
def test_nested_deployments_and_open_expressions_are_noise(resource: str) -> None:
    assert heard(Foretold.CREATE, Action.UPDATE, resource=resource) == (Heard.NOISE,)


def test_what_lies_beside_the_fleet_and_stays_is_not_told() -> None:
    assert heard(Foretold.NO_CHANGE, Action.UPDATE, resource=f"{GROUP}/providers/Microsoft.Web/sites/other") == ()


def test_what_the_plan_does_not_know_is_told() -> None:
    assert heard(Foretold.CREATE, Action.UPDATE, resource=f"{GROUP}/providers/Microsoft.Web/sites/other") == (
        Heard.DIFFERS,
    )


def demanded(rehearsal: FakeRehearsal, vault: Action = Action.CREATE) -> None:
    require_valid(plan(Action.CREATE, vault), [artifact()], rehearsal)


def test_what_azure_would_refuse_is_refused_before_any_write() -> None:
    no = Refused("a policy forbids it", code="RequestDisallowedByPolicy", hint="ask for an exemption")

    with pytest.raises(Refused) as caught:
        demanded(FakeRehearsal(refuses=no))

    headline, first = caught.value.problems
    assert (headline.code, "`eastus2`" in headline.message) == ("RequestDisallowedByPolicy", True)
    assert (first.message, first.hint, first.where) == ("a policy forbids it", "ask for an exemption", "eastus2")


def test_a_validation_that_could_not_be_made_holds_nothing_up() -> None:
    demanded(FakeRehearsal(refuses=PermissionDenied("may not validate")))


def test_what_is_valid_is_not_asked_what_it_would_change() -> None:
    rehearsal = FakeRehearsal()
    demanded(rehearsal)

    assert rehearsal.asked == ["validate"]


def test_where_nothing_is_written_nothing_is_validated() -> None:
    rehearsal = FakeRehearsal()
    require_valid(plan(Action.UNCHANGED, Action.UNCHANGED), [artifact()], rehearsal)

    assert rehearsal.asked == []
