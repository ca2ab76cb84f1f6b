"""Whatever is asked, the local Azure answers or refuses; it never breaks, and it stays consistent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.emulator.things import BASE, CALLER, ROOT, StoppedClock

from azserve.emulator.arm.routes import GROUPS, Arm
from azserve.emulator.identity.endpoints import serve_entra, serve_managed_identity
from azserve.emulator.identity.tokens import ARM_AUDIENCES, check
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Call, Reply
from azserve.emulator.kernel.world import Ids, World
from azserve.emulator.providers import PROVIDERS
from azserve.emulator.scenarios import load

SCENARIO = load("default")
REGISTRY = Registry((GROUPS, *PROVIDERS))
ARM = Arm((GROUPS, *PROVIDERS))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5000) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["rg", "one", "Two", "default", "-"]
KINDS = [kind.type for kind in REGISTRY.kinds]
names = st.sampled_from(NAMES) | st.text(min_size=1, max_size=8).filter(lambda text: "/" not in text)


@st.composite
def paths(draw: st.DrawFn) -> str:
    """An address that could be one: a group, a resource of some kind at some depth, an action, a list, or noise."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.text(max_size=40))
    path = f"{ROOT}/resourceGroups/{draw(st.sampled_from(['rg', 'RG', 'other']))}"
    if draw(st.integers(0, 4)) == 0:
        return path
    namespace, *types = draw(st.sampled_from(KINDS)).split("/")
    path += f"/providers/{namespace}" + "".join(f"/{one}/{draw(names)}" for one in types)
    tail = draw(st.sampled_from(["", "", "", "/listKeys", "/regenerateKey", "/deployments", "/serverlessEndpoints"]))
    return path + tail


known_properties = st.fixed_dictionaries(
    {},
    optional={
        "authMode": st.sampled_from(["Key", 1]),
        "modelSettings": st.fixed_dictionaries({"modelId": json_values}) | json_values,
        "model": st.fixed_dictionaries({"format": json_values, "name": json_values, "version": json_values})
        | json_values,
        "hubResourceId": json_values,
        "storageAccount": json_values,
        "customSubDomainName": json_values,
        "addressPrefix": json_values,
    },
)
bodies = json_values | st.fixed_dictionaries(
    {"location": st.sampled_from(["eastus2", "East US 2", "nowhere"]) | json_values},
    optional={
        "kind": st.sampled_from(["AIServices", "Hub", "Project"]) | json_values,
        "sku": st.fixed_dictionaries({"name": json_values}, optional={"capacity": json_values}) | json_values,
        "identity": json_values,
        "tags": json_values,
        "properties": known_properties | json_values,
    },
)
queries = st.fixed_dictionaries(
    {"api-version": st.sampled_from(["2025-06-01", "2024-10-01", "2021-04-01", ""])},
    optional={"$filter": st.text(max_size=12), "$top": st.text(max_size=3), "$skiptoken": st.text(max_size=6)},
)
requests = st.tuples(
    st.sampled_from(["GET", "HEAD", "PUT", "PUT", "PATCH", "DELETE", "POST"]), paths(), queries, bodies
)


def _world() -> World:
    return World(clock=StoppedClock(), ids=Ids("any"), scenario=SCENARIO, registry=REGISTRY)


def _ask(world: World, method: str, path: str, query: dict[str, str], body: Any) -> Reply:
    world.settle()
    version = query.get("api-version")
    kind = next((one for one in REGISTRY.kinds if f"/{one.type.lower()}" in path.lower()), None)
    if kind is not None and version == "2025-06-01":  # most requests should get past the check of versions
        query = {**query, "api-version": kind.api_versions[0]}
    try:
        return ARM.answer(world, Call(method, path, query, {}, body, BASE, CALLER))
    except ArmError as error:
        return error.reply()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(requests, st.sampled_from([0, 0.5, 3, 30])), max_size=12))
def test_any_sequence_of_requests_is_answered_and_every_operation_ends(
    asked: list[tuple[tuple[str, str, dict[str, str], Any], float]],
) -> None:
    world = _world()
    for group in ("rg", "other"):
        _ask(world, "PUT", f"{ROOT}/resourceGroups/{group}", {"api-version": "2021-04-01"}, {"location": "eastus2"})
    for (method, path, query, body), pause in asked:
        reply = _ask(world, method, path, query, body)
        world.clock.advance(pause)
        assert 200 <= reply.status < 600
        assert reply.status < 400 or reply.body["error"]["code"]
    world.clock.advance(100_000)
    world.settle()

    assert all(one.state != "InProgress" for one in world.operations.values())
    for stored in world.stored.values():
        outer = stored.address.parent or stored.address.scope or stored.address.group_address
        assert outer is None or world.get(outer) is not None


@given(st.text(max_size=60))
def test_any_authorization_header_that_is_no_token_is_refused(header: str) -> None:
    with pytest.raises(ArmError) as raised:
        check(_world(), header, ARM_AUDIENCES)

    assert raised.value.status == 401
    assert raised.value.headers["WWW-Authenticate"].isascii()


@given(st.text(max_size=40), st.dictionaries(st.text(max_size=12), st.text(max_size=12)), json_values)
def test_any_sign_in_is_answered(path: str, query: dict[str, str], body: Any) -> None:
    call = Call("POST", f"/{path}/oauth2/v2.0/token", query, {}, body, BASE)

    reply = serve_entra(_world(), call)
    assert reply is None or reply.status >= 400
    assert serve_managed_identity(_world(), call, "secret").status == 401
