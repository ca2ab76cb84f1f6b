"""What the verbs need of the world, in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from azserve.deploying.ports import Deployments, Endpoints, Rehearsal, Removal
from azserve.surveying.ports import AzureReader, SelfKnowledge
from azserve.verifying.ports import ModelClients

Clock = Callable[[], datetime]
"""The time, with its zone."""


@dataclass(frozen=True, slots=True)
class AzurePorts:
    """One signed-in Azure."""

    reader: AzureReader
    deployments: Deployments
    endpoints: Endpoints
    removal: Removal
    models: ModelClients
    """Speaks to deployed models, with keys or tokens of the same sign-in."""
    rehearsal: Rehearsal
    """What Azure says of a deployment before it is made."""
    knowledge: SelfKnowledge
    """What azserve can tell about its own sign-in and network."""
