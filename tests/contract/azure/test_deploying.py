"""The contract of deploying's ports: how a template deployment and a removal go, whichever Azure is behind them."""

from __future__ import annotations

import pytest
from tests.contract.azure.conftest import Backend
from tests.contract.azure.templates import a_group, a_project_without_its_hub, nonsense

from azserve.deploying.ports import DeploymentState
from azserve.errors import AzserveError, Refused
from azserve.model.names import FleetId
from azserve.model.resource_id import ResourceId

FLEET = FleetId("contract", "deploying")
GROUP = "rg-contract-deploying"


def group_made(backend: Backend) -> DeploymentState:
    return backend.deployments.carry_out(a_group(backend.subscription, FLEET), watch=lambda state: None, deadline_s=60)


def test_a_deployment_that_was_not_made_is_not_found(backend: Backend) -> None:
    assert backend.deployments.find(a_group(backend.subscription, FLEET)) is None


def test_a_deployment_goes_to_its_end(backend: Backend) -> None:
    state = group_made(backend)
    assert (state.state, state.finished, state.failure) == ("Succeeded", True, None)
    assert state.correlation_id
    assert state.scope == f"/subscriptions/{backend.subscription}"


def test_every_poll_is_told(backend: Backend) -> None:
    told: list[DeploymentState] = []
    state = backend.deployments.carry_out(a_group(backend.subscription, FLEET), watch=told.append, deadline_s=60)
    assert [each.polls for each in told] == list(range(1, state.polls + 1))


def test_a_deployment_that_was_made_is_found(backend: Backend) -> None:
    group_made(backend)
    found = backend.deployments.find(a_group(backend.subscription, FLEET))
    assert found is not None
    assert found.state == "Succeeded"


def test_a_deployment_may_be_made_again(backend: Backend) -> None:
    assert [group_made(backend).state, group_made(backend).state] == ["Succeeded", "Succeeded"]


def test_a_deployment_is_left_running_at_the_deadline(backend: Backend) -> None:
    backend.slow_down()
    request = a_group(backend.subscription, FLEET)
    state = backend.deployments.carry_out(request, watch=lambda state: None, deadline_s=0)
    assert not state.finished


def test_a_valid_template_is_not_refused(backend: Backend) -> None:
    backend.deployments.validate(a_group(backend.subscription, FLEET))


def test_an_invalid_template_is_refused_by_name(backend: Backend) -> None:
    with pytest.raises(Refused) as caught:
        backend.deployments.validate(nonsense(backend.subscription))
    assert caught.value.code == "InvalidResourceNamespace"


def test_an_invalid_template_is_not_started(backend: Backend) -> None:
    with pytest.raises(AzserveError) as caught:
        backend.deployments.carry_out(nonsense(backend.subscription), watch=lambda state: None, deadline_s=60)
    assert caught.value.code == "InvalidResourceNamespace"


def test_a_deployment_that_fails_is_a_state_with_the_providers_reason(backend: Backend) -> None:
    group_made(backend)
    request = a_project_without_its_hub(backend.subscription, GROUP)
    state = backend.deployments.carry_out(request, watch=lambda state: None, deadline_s=60)
    assert state.failure is not None
    assert (state.state, state.failure.code) == ("Failed", "ValidationError")
    assert "hub" in state.failure.message


def test_a_group_is_deleted(backend: Backend) -> None:
    group_made(backend)
    assert backend.removal.delete(ResourceId.of_group(backend.subscription, GROUP), "", deadline_s=60) is True
    assert backend.reader.fleet(FLEET) == ()


def test_a_group_that_is_gone_is_told(backend: Backend) -> None:
    assert backend.removal.delete(ResourceId.of_group(backend.subscription, GROUP), "", deadline_s=60) is False
