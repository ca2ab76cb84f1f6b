"""The provider, put together."""

from __future__ import annotations

from azserve.emulator.kernel.kinds import Provider
from azserve.emulator.providers.machine_learning.connections import Connections
from azserve.emulator.providers.machine_learning.endpoints import Endpoints
from azserve.emulator.providers.machine_learning.subscriptions import Subscriptions
from azserve.emulator.providers.machine_learning.usages import ROUTES
from azserve.emulator.providers.machine_learning.versions import WORKSPACES
from azserve.emulator.providers.machine_learning.workspaces import Workspaces


def provider(locations: tuple[str, ...]) -> Provider:
    """Return the provider as it is offered in some regions."""
    return Provider(
        namespace="Microsoft.MachineLearningServices",
        kinds=(Workspaces(locations), Endpoints(locations), Subscriptions(), Connections()),
        routes=ROUTES,
        route_api_versions=WORKSPACES,
    )
