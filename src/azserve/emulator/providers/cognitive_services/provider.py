"""The provider, put together."""

from __future__ import annotations

from azserve.emulator.kernel.kinds import Provider
from azserve.emulator.providers.cognitive_services import lists
from azserve.emulator.providers.cognitive_services.accounts import Accounts
from azserve.emulator.providers.cognitive_services.blocklists import BlocklistItems, Blocklists
from azserve.emulator.providers.cognitive_services.deployments import Deployments
from azserve.emulator.providers.cognitive_services.policies import Policies
from azserve.emulator.providers.cognitive_services.projects import Projects
from azserve.emulator.providers.cognitive_services.versions import API_VERSIONS


def provider(locations: tuple[str, ...]) -> Provider:
    """Return the provider as it is offered in some regions."""
    return Provider(
        namespace="Microsoft.CognitiveServices",
        kinds=(Accounts(locations), Projects(locations), Deployments(), Policies(), Blocklists(), BlocklistItems()),
        routes=lists.ROUTES,
        route_api_versions=API_VERSIONS,
    )
