"""Template deployments, at both scopes, through `azure-mgmt-resource-deployments`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.polling import LROPoller

from azserve.azure.border import failure_in, translated
from azserve.azure.failure import WRAPPERS, codes_in, failure_of
from azserve.azure.polling import Wait, WaitEnded, WatchedPolling
from azserve.azure.scoped import CONTENT_TAG, ScopedDeployment, digest_of, scope_of, state_of
from azserve.azure.whatif import changes_in
from azserve.deploying.ports import DeploymentRequest, DeploymentState, ForetoldChange
from azserve.errors import AzureFailed, FleetBusy, Refused
from azserve.model.json import JsonObject
from azserve.model.receipt import Failure

if TYPE_CHECKING:
    from azserve.azure.connection import Azure

VALIDATION_S: Final = 300.0
"""How long ARM may take to validate; seconds as a rule."""

Watch = Callable[[DeploymentState], None]


class TemplateDeployments:
    """deploying.ports.Deployments and Rehearsal. Safe to share by threads."""

    def __init__(self, azure: Azure, *, validation_s: float = VALIDATION_S) -> None:
        self._azure = azure
        self._validation_s = validation_s

    def find(self, request: DeploymentRequest) -> DeploymentState | None:
        """Return the deployment of that name and scope as it stands, None where there is none."""
        with translated(f"read the deployment `{request.name}`", where=request.region):
            scoped = self._scoped(request)
            body = scoped.read()
            return None if body is None else scoped.state(body)

    def validate(self, request: DeploymentRequest) -> None:
        """Ask ARM's `validate`. Raises Refused with ARM's innermost error, or the error that kept ARM from saying."""
        self._rehearsed(f"validate the deployment `{request.name}`", request, self._scoped(request).begin_validate)

    def what_if(self, request: DeploymentRequest) -> tuple[ForetoldChange, ...]:
        """Ask ARM's `whatIf`. Raises as `validate` does."""
        doing = f"ask what the deployment `{request.name}` would change"
        return changes_in(self._rehearsed(doing, request, self._scoped(request).begin_what_if))

    def _rehearsed(
        self, doing: str, request: DeploymentRequest, begin: Callable[[WatchedPolling], LROPoller[Any]]
    ) -> JsonObject:
        """Return the whole answer of a question that takes its time."""
        polling = WatchedPolling(Wait(self._azure.patience, self._validation_s))
        try:
            with translated(doing, where=request.region):
                body = begin(polling).result()
        except WaitEnded:
            raise AzureFailed(
                f"could not {doing}: no answer within {self._validation_s:.0f} s", code="no-answer"
            ) from None
        except AzureFailed as error:
            if _is_no(error.__cause__):
                raise Refused(
                    error.message, code=error.code, hint=error.hint, where=request.region, raw=error.raw
                ) from error
            raise
        if isinstance(body, Mapping) and body.get("error"):
            found = failure_of({"error": body["error"]})
            message = f"could not {doing}: {found.message}"
            raise Refused(message, code=found.code, hint=found.hint, where=request.region, raw=found.raw)
        return body if isinstance(body, Mapping) else {}

    def carry_out(self, request: DeploymentRequest, *, watch: Watch, deadline_s: float) -> DeploymentState:
        """Start the deployment and poll it to its end; `watch` hears of every poll.

        Returns the state even where it is Failed. Where the deadline passes first, returns the unfinished state.
        Raises FleetBusy where a different deployment of that name is in flight, and joins it where it is the same;
        raises the translated error where ARM refuses the PUT.
        """
        return _Run(self._scoped(request), request, watch, Wait(self._azure.patience, deadline_s)).to_the_end()

    def _scoped(self, request: DeploymentRequest) -> ScopedDeployment:
        return ScopedDeployment(self._azure.template_client(request.subscription), request)


class _Run:
    """One call of `carry_out`, and what it has seen so far."""

    def __init__(self, scoped: ScopedDeployment, request: DeploymentRequest, watch: Watch, wait: Wait) -> None:
        self._scoped = scoped
        self._request = request
        self._watch = watch
        self._wait = wait
        self._started = time.monotonic()
        self._last = DeploymentState(name=request.name, scope=scope_of(request), state="Accepted")

    def to_the_end(self) -> DeploymentState:
        """Start or join, then poll. What the SDKs raise comes out translated."""
        try:
            return self._timed(self._start())
        except WaitEnded:
            return self._timed(self._last)

    def _start(self) -> DeploymentState:
        polling = WatchedPolling(self._wait, self._hear)
        with translated(f"start the deployment `{self._request.name}`", where=self._request.region):
            try:
                poller = self._scoped.begin(polling)
            except HttpResponseError as error:
                if "DeploymentActive" not in codes_in(error.response.text() if error.response else ""):
                    raise
                return self._join(str(error))
        self._last = replace(self._last, correlation_id=_correlation(polling.first))
        with translated(f"follow the deployment `{self._request.name}`", where=self._request.region):
            try:
                return self._scoped.state(poller.result())
            except HttpResponseError as error:
                if (error.status_code or 0) < 300:
                    return self._failed(str(polling.status()), error)
                return self._follow()
            except (ServiceRequestError, ServiceResponseError):
                return self._follow()

    def _failed(self, status: str, error: HttpResponseError) -> DeploymentState:
        """Return the end of an operation that failed; where the poll says no more than that, ask the deployment."""
        failure = failure_in(error)
        if failure.code.lower() in WRAPPERS or failure.code.startswith("Http"):
            body = self._scoped.read()
            failure = (self._scoped.state(body).failure if body else None) or failure
        return replace(self._last, state=status, failure=failure)

    def _join(self, refusal: str) -> DeploymentState:
        """Follow the deployment in flight if it is the same as ours. Raises FleetBusy if it is not."""
        body = self._scoped.read()
        if body is None or state_of(self._request, body).finished:
            self._wait.pause(None)
            return self._start()
        tags = body.get("tags")
        theirs = tags.get(CONTENT_TAG) if isinstance(tags, Mapping) else None
        if theirs != digest_of(self._request):
            raise FleetBusy(
                f"another run is deploying `{self._request.name}`",
                code="DeploymentActive",
                hint="wait until it has ended, or cancel that deployment, then run the command again",
                where=self._request.region,
                raw=refusal,
            )
        return self._follow()

    def _follow(self) -> DeploymentState:
        """Poll the deployment itself: for one that another run started, or whose operation cannot be read."""
        while True:
            state = self._seen(self._scoped.read())
            if state.finished:
                return state
            self._wait.pause(None)

    def _seen(self, body: JsonObject | None) -> DeploymentState:
        if body is None:
            failure = Failure("DeploymentNotFound", "the deployment is gone", hint="run the command again")
            return replace(self._last, state="Failed", failure=failure)
        self._last = self._timed(replace(self._scoped.state(body), polls=self._last.polls + 1))
        self._watch(self._last)
        return self._last

    def _hear(self, status: str, polls: int) -> None:
        self._last = self._timed(replace(self._last, state=status, polls=polls))
        self._watch(self._last)

    def _timed(self, state: DeploymentState) -> DeploymentState:
        return replace(
            state,
            polls=max(state.polls, self._last.polls),
            seconds=time.monotonic() - self._started,
            correlation_id=state.correlation_id or self._last.correlation_id,
        )


def _correlation(response: Any) -> str | None:  # noqa: ANN401
    """Return the correlation id of the first answer: of the body, else of the header."""
    try:
        found = response.json()["properties"]["correlationId"]
    except (ValueError, LookupError, TypeError):
        found = response.headers.get("x-ms-correlation-request-id")
    return str(found) if found else None


def _is_no(cause: BaseException | None) -> bool:
    """Say whether ARM itself answered that the template would not work, rather than failing to answer."""
    return isinstance(cause, HttpResponseError) and (cause.status_code or 500) in {200, 400, 404, 409, 422}
