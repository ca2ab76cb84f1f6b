"""What a survey has to be told to ask about a region, because only planning knows the names."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.model.estate import Resource
from azserve.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class RegionQuestions:
    """What the fleet would make in a region."""

    subscription: str
    subdomain: str | None = None
    """Of the account that would be made; None where none would be."""
    names: tuple[ResourceId, ...] = ()
    """What would be made whose name nobody else in Azure may have: a storage account, a vault."""
    group: ResourceId | None = None
    """An existing group: who may write into it need not have any right on the subscription."""
    hosts: tuple[Resource, ...] = ()
    """As much of the hosts as Azure Policy may be asked about."""
