"""Resource providers: one folder each, on one shape.

    cognitive_services/   accounts, projects, deployments, quota: the `foundry` hosting
    machine_learning/     hubs, projects, serverless endpoints, marketplace subscriptions: the `serverless` hosting
    stored_only/          a table of types that are checked and stored and do nothing

    resource.py     what kinds have in common; lifecycle.py how a resource comes, changes and goes
    policy.py       Azure Policy in small; identity.py, keys.py what Azure fills in
    scenario.py     what all read from the scenario the same way

Kinds are stateless: whatever is remembered is in the World (a resource's `hidden`, or `notes` under the part's name),
so a reset is a new World. What Azure refuses is refused in `check`, before anything is written; only what depends on
other operations that are under way (a busy account, a subscription that is still being bought) is refused in `put`,
because a template is validated before its first resource exists.

`PROVIDERS` is what the default scenario offers where; `resolve_host` is what the data plane asks.
"""

from __future__ import annotations

from azserve.emulator.kernel.kinds import Provider, Target
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import World
from azserve.emulator.providers import policy
from azserve.emulator.providers.cognitive_services import hosts
from azserve.emulator.providers.cognitive_services.provider import provider as cognitive_services
from azserve.emulator.providers.machine_learning import endpoints
from azserve.emulator.providers.machine_learning.provider import provider as machine_learning
from azserve.emulator.providers.stored_only.provider import providers as stored_only
from azserve.emulator.scenarios import load


def offered(scenario: Json) -> tuple[Provider, ...]:
    """Return all providers, each in the regions where a scenario offers it."""
    everywhere = tuple(location["name"] for location in scenario["locations"])
    return (
        cognitive_services(_locations(scenario, "cognitiveServices", everywhere)),
        machine_learning(_locations(scenario, "machineLearning", everywhere)),
        *stored_only(everywhere),
        policy.INSIGHTS,
    )


def _locations(scenario: Json, section: str, everywhere: tuple[str, ...]) -> tuple[str, ...]:
    given = scenario.get(section, {}).get("locations", everywhere)
    return tuple(scenario["regionSets"][given] if isinstance(given, str) else given)


PROVIDERS: tuple[Provider, ...] = offered(load("default"))


def resolve_host(world: World, host: str) -> Target | None:
    """Return what stands behind a data-plane host name; None where nothing does, or is still being made."""
    return endpoints.resolve(world, host) or hosts.resolve(world, host)
