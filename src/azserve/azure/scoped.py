"""One template deployment at its scope. The SDK has a method per scope; here the scope is a value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from azure.core.exceptions import ResourceNotFoundError
from azure.core.polling import LROPoller, PollingMethod
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deployments.models import Deployment, DeploymentWhatIf

from azserve.azure.failure import WRAPPERS, codes_in, failure_of
from azserve.azure.operations import innermost_failure
from azserve.deploying.ports import DeploymentRequest, DeploymentState
from azserve.model.json import JsonObject

CONTENT_TAG: Final = "azserve-content"
"""On a deployment: a digest of template and parameters, by which a second run knows the work of the first."""


class ScopedDeployment:
    """The SDK's calls for one request. Raises the SDKs' errors: call it inside `translated(…)`."""

    def __init__(self, client: DeploymentsMgmtClient, request: DeploymentRequest) -> None:
        self._client = client
        self._request = request

    def begin(self, polling: PollingMethod[Any]) -> LROPoller[Any]:
        """PUT the deployment; the result is its whole body."""
        request, body, deployments = self._request, self._body(), self._client.deployments
        if request.group is None:
            return deployments.begin_create_or_update_at_subscription_scope(
                request.name, body, polling=polling, cls=_whole_body
            )
        return deployments.begin_create_or_update(request.group, request.name, body, polling=polling, cls=_whole_body)

    def begin_validate(self, polling: PollingMethod[Any]) -> LROPoller[Any]:
        """Ask whether it would work; the result is the whole answer."""
        request, body, deployments = self._request, self._body(), self._client.deployments
        if request.group is None:
            return deployments.begin_validate_at_subscription_scope(
                request.name, body, polling=polling, cls=_whole_body
            )
        return deployments.begin_validate(request.group, request.name, body, polling=polling, cls=_whole_body)

    def begin_what_if(self, polling: PollingMethod[Any]) -> LROPoller[Any]:
        """Ask what would change; the result is the whole answer."""
        request, deployments = self._request, self._client.deployments
        body = DeploymentWhatIf(json.loads(json.dumps(self._properties())))
        if request.group is None:
            return deployments.begin_what_if_at_subscription_scope(request.name, body, polling=polling, cls=_whole_body)
        return deployments.begin_what_if(request.group, request.name, body, polling=polling, cls=_whole_body)

    def read(self) -> JsonObject | None:
        """Return the deployment's body, None where it or its group does not exist."""
        request, deployments = self._request, self._client.deployments
        try:
            if request.group is None:
                found: Any = deployments.get_at_subscription_scope(request.name, cls=_whole_body)
            else:
                found = deployments.get(request.group, request.name, cls=_whole_body)
        except ResourceNotFoundError as error:
            if "SubscriptionNotFound" in codes_in(error.response.text() if error.response else ""):
                raise
            return None
        body: JsonObject = found
        return body

    def state(self, body: JsonObject) -> DeploymentState:
        """Return a deployment's body as a state; a failure that says nothing is looked up in its operations."""
        state = state_of(self._request, body)
        if state.failure is None or state.failure.code.lower() not in WRAPPERS:
            return state
        found = innermost_failure(self._client.deployment_operations, self._request.name, self._request.group)
        return replace(state, failure=found) if found else state

    def _body(self) -> Deployment:
        tags = {**self._request.tags, CONTENT_TAG: digest_of(self._request)}
        return Deployment(json.loads(json.dumps({**self._properties(), "tags": tags})))

    def _properties(self) -> dict[str, Any]:
        """What every kind of body has: the template and its parameters, and where ARM keeps the deployment."""
        request = self._request
        properties = {"mode": "Incremental", "template": request.template, "parameters": request.parameters}
        return {"properties": properties} | ({"location": request.region} if request.group is None else {})


def scope_of(request: DeploymentRequest) -> str:
    """Return the ARM id a deployment lives under."""
    subscription = f"/subscriptions/{request.subscription}"
    return subscription if request.group is None else f"{subscription}/resourceGroups/{request.group}"


def digest_of(request: DeploymentRequest) -> str:
    """Return the same 24 characters for the same template and parameters; as many as no key of Azure's has."""
    content = json.dumps([request.template, request.parameters], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def state_of(request: DeploymentRequest, body: JsonObject) -> DeploymentState:
    """Read a deployment's body."""
    properties = body.get("properties")
    known: Mapping[str, Any] = properties if isinstance(properties, Mapping) else {}
    outputs = known.get("outputs")
    error = known.get("error")
    correlation = known.get("correlationId")
    return DeploymentState(
        name=request.name,
        scope=scope_of(request),
        state=str(known.get("provisioningState") or "Running"),
        correlation_id=str(correlation) if correlation else None,
        failure=failure_of({"error": error}) if error else None,
        outputs={
            str(name): output.get("value")
            for name, output in (outputs.items() if isinstance(outputs, Mapping) else ())
            if isinstance(output, Mapping)
        },
    )


def _whole_body(answer: Any, _value: object, _headers: object) -> Any:  # noqa: ANN401
    """The SDKs' `cls`: the body as it came, which keeps what their models do not know."""
    return answer.http_response.json()
