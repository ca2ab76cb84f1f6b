"""What verifying needs to speak to a model. `inference/` implements it; tests use fakes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from azserve.model.chat import ChatAnswer, ChatRequest, ModelInfo, StreamEvent
from azserve.model.endpoint import Endpoint


class ModelClient(Protocol):
    """Speaks to one endpoint. Every method raises an error of `azserve.inference.errors` and nothing else."""

    def info(self) -> ModelInfo:
        """Return what `/info` says."""
        ...

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Return a whole answer, asked for without streaming."""
        ...

    def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
        """Yield the answer as it comes; the last event is a StreamEnd."""
        ...


class ModelClients(Protocol):
    """Opens clients, with the sign-in that the endpoint asks for."""

    def open(self, endpoint: Endpoint) -> AbstractContextManager[ModelClient]:
        """Return a client for this endpoint; raises where no key or token can be had."""
        ...
