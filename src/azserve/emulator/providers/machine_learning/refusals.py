"""How this provider says no: `UserError` outside, the code that matters in `additionalInfo`."""

from __future__ import annotations

from collections.abc import Mapping

from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.kernel.world import World

inferred(
    "ml.refusals.inner",
    "inner codes besides ServerlessModelNotAvailableInRegion and ServerlessOfferNotFound, and most of the wording",
    because="only those two and the message for a taken name were found",
)
_OUTER: Mapping[int, str] = {400: "BadArgument", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}


def user_error(world: World, message: str, *, inner: str, location: str, status: int = 400) -> ArmError:
    """An error of the caller's. The order of `additionalInfo` varies in Azure, so nobody may count on it."""
    components = [
        ("ComponentName", "managementfrontend"),
        ("Correlation", {"operation": world.ids.hex(), "request": world.ids.hex(16)}),
        ("Environment", location),
        ("Location", location),
        ("Time", timestamp(world.now()).replace("Z", "0+00:00")),
        ("InnerError", {"code": _OUTER[status], "innerError": {"code": inner, "innerError": None}}),
    ]
    return ArmError(
        status,
        "UserError",
        message,
        additional_info=[{"type": kind, "info": {"value": value}} for kind, value in components],
    )


def validation_error(message: str) -> ArmError:
    """A workspace that cannot be as asked."""
    return ArmError(400, "ValidationError", message)
