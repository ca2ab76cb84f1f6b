"""Refusals that several providers share, in the words of Azure where those are known."""

from __future__ import annotations

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.kernel.world import Stored

inferred(
    "providers.refusals.nested",
    "a resource with located resources below it is not deleted: 409 CannotDeleteResource",
    because="ARM says so for nested tracked resources in general; not seen recorded for these types",
)
inferred(
    "providers.refusals.superseded",
    "an operation whose resource was written or deleted meanwhile ends Canceled with code OperationSuperseded",
    because="operations end in one of four words, and neither Succeeded nor Failed would be true",
)


def nested(stored: Stored, below: list[Stored]) -> ArmError:
    """Deleting what still has located resources below it."""
    ids = ", ".join(f"'{one.address.type}/{'/'.join(one.address.names)}'" for one in below[:5])
    return ArmError(
        409,
        "CannotDeleteResource",
        f"Cannot delete resource '{stored.address}' while nested resources exist. Some existing nested resource IDs "
        f"include: {ids}. Please delete all nested resources before deleting this resource.",
    )


def superseded() -> ArmError:
    """An operation whose resource went another way meanwhile."""
    return ArmError(
        409, "OperationSuperseded", "The operation was superseded by a later operation on the same resource."
    )
