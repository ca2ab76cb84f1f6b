"""What verifying needs to speak to a model, and how a model says no. `inference/` implements it; tests use fakes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

from azserve.errors import AzserveError, ExitCode
from azserve.model.catalogue import Route
from azserve.model.chat import ChatAnswer, ChatRequest, Embeddings, EmbeddingsRequest, ModelInfo, StreamEvent
from azserve.model.endpoint import Endpoint
from azserve.model.resource_id import ResourceId


class ModelError(AzserveError):
    """A model, or what stands before it, did not give an answer.

    ModelError
    ├── Unreachable        no way there: no name, no connection, no TLS, not from this network
    ├── TooSlow            connected, and no answer in time: slow before dead
    ├── Unauthorised       the key or token is not taken
    ├── NotVisibleYet      404: unknown here, which a fresh deployment is for some minutes
    ├── ParameterRefused   this model does not take what was asked of it
    ├── ContentFiltered    the filter stopped the prompt or the answer
    ├── Throttled          too many requests or tokens
    ├── ModelFailed        the service broke: 424 and 5xx
    └── BrokenAnswer       an answer that is none: cut off, empty, HTML, not JSON
    """

    default_code = "model-error"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        service_code: str | None = None,
        hint: str | None = None,
        where: str | None = None,
        raw: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, where=where, raw=raw)
        self.status = status
        """HTTP status; None where no response came."""
        self.service_code = service_code
        """The service's own code, as it spells it: `content_filter`, `DeploymentNotFound`, `429`."""
        self.request_id = request_id
        """What Azure's support asks for; None where no response came, or it named none."""


class Unreachable(ModelError):
    """No way there from here; says nothing about the model."""

    default_code = "unreachable"


class TooSlow(ModelError):
    """Connected, and no answer, or no end of one, in time."""

    default_code = "too-slow"


class Unauthorised(ModelError):
    """The key or token is not taken."""

    exit_code = ExitCode.SIGN_IN
    default_code = "unauthorised"


class NotVisibleYet(ModelError):
    """The endpoint or deployment is not known there, or not yet."""

    default_code = "not-visible-yet"


class ParameterRefused(ModelError):
    """The model does not take a parameter, or not with this value."""

    default_code = "parameter-refused"


class ContentFiltered(ModelError):
    """The content filter stopped the prompt."""

    default_code = "content-filtered"


class Throttled(ModelError):
    """Too many requests or tokens."""

    default_code = "throttled"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None,
        status: int | None = None,
        service_code: str | None = None,
        hint: str | None = None,
        where: str | None = None,
        raw: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            message,
            status=status,
            service_code=service_code,
            hint=hint,
            where=where,
            raw=raw,
            request_id=request_id,
        )
        self.retry_after_s = retry_after_s
        """What the service asks for, already capped; None where it says nothing."""


class ModelFailed(ModelError):
    """The service broke while answering."""

    default_code = "model-failed"


class BrokenAnswer(ModelError):
    """What came back is not an answer."""

    default_code = "broken-answer"


class Signing(Enum):
    """What a client signs its requests in with."""

    USUAL = "usual"
    """The endpoint's key where it takes keys and we may read them, else a token."""
    TOKEN = "token"  # noqa: S105
    """A token, also where a key would do."""
    WRONG = "wrong"
    """Something of the usual kind that the endpoint has never seen."""
    NONE = "none"
    """Nothing at all."""
    CONNECTION = "connection"
    """The address and key that each project connected to the endpoint has for it."""


class ModelClient(Protocol):
    """Speaks to one endpoint. Every method raises a ModelError and nothing else."""

    def info(self) -> ModelInfo:
        """Return what `/info` says."""
        ...

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Return a whole answer, asked for without streaming."""
        ...

    def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
        """Yield the answer as it comes; the last event is a StreamEnd."""
        ...

    def embed(self, request: EmbeddingsRequest) -> Embeddings:
        """Return vectors, one per text."""
        ...


class ModelClients(Protocol):
    """Opens clients, with the sign-in that the endpoint asks for."""

    def open(
        self,
        endpoint: Endpoint,
        *,
        route: Route | None = None,
        signing: Signing = Signing.USUAL,
        through: ResourceId | None = None,
    ) -> AbstractContextManager[ModelClient]:
        """Return a client for this endpoint, on its usual route unless another is named.

        `through` is the connection of somebody's project: its address and key are used, whatever `signing` says.
        Opening raises an AzserveError where no key or token can be had.
        """
        ...
