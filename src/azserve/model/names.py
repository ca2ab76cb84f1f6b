"""Identifiers, and the one spelling of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

Region = NewType("Region", str)
"""An Azure region in its short spelling: `eastus2`. Make one with `region()`."""
ModelName = NewType("ModelName", str)
"""A model as the catalogue spells it: `DeepSeek-R1`."""
EndpointKey = NewType("EndpointKey", str)
"""The key of an endpoint in the `endpoints` map; it goes out verbatim."""
SubscriptionId = NewType("SubscriptionId", str)

FLEET_TAG = "azserve-fleet"
"""The tag that says who owns a resource; its value is `str(FleetId)`."""
ENDPOINT_TAG = "azserve-endpoint"
"""The tag that says which endpoint a resource serves; its value is the `EndpointKey`. A serverless endpoint's name
cannot say so: it changes with the model, and allows fewer characters than a key."""

REGION_TAG = "azserve-region"
"""On a connection, beside the fleet's: in which region the endpoint is. The project that has it may be elsewhere."""


def region(text: str) -> Region:
    """Return the short spelling: `East US 2`, `EastUS2` and `EASTUS2` are all `eastus2`.

    Azure itself spells regions in all these ways, depending on the list (recorded 2026-04-23).
    """
    return Region("".join(text.split()).lower())


@dataclass(frozen=True, slots=True, order=True)
class FleetId:
    """What a fleet is known by in Azure: `support/prod`, or `support` where the file has no environments."""

    fleet: str
    environment: str | None = None

    def __str__(self) -> str:
        return f"{self.fleet}/{self.environment}" if self.environment else self.fleet
