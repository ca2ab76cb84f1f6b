"""The routes of template deployments, at resource-group and subscription scope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from azserve.emulator.arm import engine, operations
from azserve.emulator.arm.deployments import records
from azserve.emulator.arm.deployments.blueprint import draw, record_of, refusing
from azserve.emulator.arm.deployments.prediction import ids_only, predict
from azserve.emulator.arm.deployments.records import WHAT_IFS, Deployment, State
from azserve.emulator.arm.deployments.rehearsal import check
from azserve.emulator.arm.deployments.running import Run, cancel, check_not_active
from azserve.emulator.arm.deployments.template.document import read_template
from azserve.emulator.arm.deployments.wishes import TYPE, Wish, bad_content, read_wish
from azserve.emulator.arm.paging import page
from azserve.emulator.arm.places import RESOURCES_VERSIONS
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import CollectionRoute, Provider, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply, not_modelled
from azserve.emulator.kernel.world import World

ENGINE_VERSION = "1.628.3"
"""`x-ms-deployment-engine-version`, recorded 2026-04-09."""
MOST_WHAT_IFS = 100
DELETE_S = 0.5
FILTER = re.compile(r"\s*provisioningState\s+eq\s+'(?P<state>\w+)'\s*", re.IGNORECASE)

inferred(
    "arm.deployments.retry-after",
    "the answer to a PUT and every unfinished poll carry Retry-After",
    because="the recorder that made the known recordings drops unfinished polls and sets Retry-After to 0",
)
inferred(
    "arm.deployments.joined",
    "the same template and parameters under a name that is in flight answer 200 with the running deployment",
    because="documented as DeploymentActive for a different one; a repeated request is said to be idempotent",
)
inferred(
    "arm.deployments.whatif-address",
    "a what-if is polled at an address below the deployment's own provider",
    because="the recorded Location is opaque and ends in operationresults; clients follow it unchanged",
)


def address_of(names: Mapping[str, str]) -> Address:
    """Return the deployment that a route names."""
    return Address(names["subscription"], names.get("group"), TYPE, (names["deployment"],))


def asked(world: World, call: Call, names: Mapping[str, str], action: str) -> Address:
    """Check the scope and the right to an action; return the deployment's address in the group's own spelling."""
    address = address_of(names)
    group = engine.group_of(world, address)
    if group is not None:
        address = Address(group.address.subscription, group.address.group, TYPE, address.names)
    engine.check_permission(world, call.principal, f"{TYPE}/{action}", address)
    return address


def wish_of(world: World, call: Call, address: Address) -> Wish:
    """Read what a request asks to deploy."""
    correlation_id = call.headers.get("x-ms-correlation-request-id") or world.ids.guid()
    return read_wish(call, address, correlation_id=correlation_id)


def put(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer PUT: preflight, then start."""
    address = asked(world, call, names, "write")
    wish = wish_of(world, call, address)
    earlier = records.find(world, address)
    check_location(earlier, wish)
    with refusing():
        drawn = draw(world, wish)
        record = record_of(world, drawn)
        if earlier is not None and earlier.state.active and earlier.fingerprint == record.fingerprint:
            return accepted(world, call, earlier, 200)
        check_not_active(world, address)
        check(world, wish)
    wish.budget.renew()  # for the deployment itself, which works everything out as it goes
    records.keep(world, record)
    reply = accepted(world, call, record, 201 if earlier is None else 200)
    Run(world, drawn, record, at_least_s=operations.SHORTEST_S)
    return reply


def check_location(earlier: Deployment | None, wish: Wish) -> None:
    """Raise ArmError where a deployment of the name exists in another location."""
    if earlier is None or earlier.location is None or wish.location is None:
        return
    if engine.short_location(earlier.location) != engine.short_location(wish.location):
        raise ArmError(
            409,
            "InvalidDeploymentLocation",
            f"Invalid deployment location '{wish.location}'. The deployment '{wish.name}' already exists in location "
            f"'{earlier.location}'.",
        )


def accepted(world: World, call: Call, record: Deployment, status: int) -> Reply:
    """Answer with a deployment and where to ask for its end."""
    where = url(call, f"{record.address}/operationStatuses/{record.status_id}")
    return Reply(
        status,
        records.show(world, record),
        {"Azure-AsyncOperation": where, "x-ms-deployment-engine-version": ENGINE_VERSION, **operations.pause(world)},
    )


def show_status(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer a poll: `{"status"}`, with the error at the end of a failure."""
    address = asked(world, call, names, "operationStatuses/read")
    record = records.existing(world, address)
    if record.status_id != names["status"]:
        raise ArmError(404, "DeploymentOperationNotFound", f"The operation '{names['status']}' could not be found.")
    if record.state.active:
        return Reply(200, {"status": record.state.value}, operations.pause(world))
    body: dict[str, Json] = {"status": record.state.value}
    if record.state is State.CANCELED:
        body["error"] = {"code": "DeploymentCanceled", "message": f"The deployment '{address.name}' was canceled."}
    if record.error is not None:
        body["error"] = record.error
    return Reply(200, body)


def get(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer GET."""
    address = asked(world, call, names, "read")
    return Reply(200, records.show(world, records.existing(world, address)))


def head(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer HEAD: 204, or 404 where there is no such deployment."""
    address = asked(world, call, names, "read")
    return Reply(404 if records.find(world, address) is None else 204)


def list_deployments(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer the deployments of a scope, newest first."""
    sample = Address(names["subscription"], names.get("group"), TYPE, ("-",))
    engine.group_of(world, sample)
    engine.check_permission(world, call.principal, f"{TYPE}/read", sample)
    wanted = call.query.get("$filter")
    found = FILTER.fullmatch(wanted) if wanted else None
    if wanted and found is None:
        raise ArmError(
            400, "InvalidFilterInQueryString", f"Invalid $filter '{wanted[:200]}' specified in the query string."
        )
    shown = [
        records.show(world, one)
        for one in records.in_place(world, names["subscription"], names.get("group"))
        if found is None or one.state.value.lower() == found["state"].lower()
    ]
    return page(world, call, shown)


def delete(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer DELETE: the record goes, the resources stay."""
    address = asked(world, call, names, "delete")
    record = records.find(world, address)
    if record is None:
        return Reply(204)
    if record.state.active:
        raise ArmError(
            409,
            "DeploymentActive",
            f"The deployment with resource id '{address}' cannot be deleted because it is still active. "
            "Please see https://aka.ms/arm-deployment-operations for usage details.",
        )

    def finish() -> None:
        records.book(world).pop(address.key, None)

    work = Work(stored=None, status=202, seconds=DELETE_S, style=Style.LOCATION, finish=finish)
    operation = operations.start(world, work, resource=None, end_status=204)
    headers = operations.headers(
        world,
        operation,
        base=call.base,
        about=Address(address.subscription),
        location="global",
        api_version=call.api_version or "",
        style=Style.LOCATION,
    )
    return Reply(202, None, {"Location": headers["Location"], **operations.pause(world)})


def validate(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer validate: what a PUT would be refused for, or the deployment as it would be."""
    address = asked(world, call, names, "validate/action")
    wish = wish_of(world, call, address)
    with refusing():
        drawn = draw(world, wish)
        rehearsal = check(world, wish)
    record = record_of(world, drawn)
    record.state = State.SUCCEEDED
    body = records.show(world, record)
    body["properties"]["validatedResources"] = [{"id": resource} for resource in rehearsal.resources]
    return Reply(200, body)


def what_if(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer whatIf: 202 and where to ask for the result."""
    address = asked(world, call, names, "whatIf/action")
    wish = wish_of(world, call, address)
    with refusing():
        draw(world, wish)
        body = predict(world, wish)
    if result_format(call.body) == "resourceidonly":
        body = ids_only(body)
    results: dict[str, Json] = world.notes.setdefault(WHAT_IFS, {})
    for old in list(results)[: max(0, len(results) - MOST_WHAT_IFS)]:
        del results[old]
    result = world.ids.guid()
    results[result] = {"ready_at": world.now() + operations.SHORTEST_S, "body": body}
    path = f"/subscriptions/{address.subscription}/providers/{TYPE}/{address.name}/whatIfResults/{result}"
    return Reply(202, None, location(call, path) | operations.pause(world))


def result_format(body: Json) -> str:
    """Return the format asked for, in lower case."""
    settings = body["properties"].get("whatIfSettings") or {}
    if not isinstance(settings, dict):
        raise bad_content("The 'whatIfSettings' must be a JSON object. Path 'properties.whatIfSettings'.")
    return str(settings.get("resultFormat", "FullResourcePayloads")).lower()


def url(call: Call, path: str) -> str:
    """Return an address of the emulator as a header can carry it: names may hold letters of any script."""
    return f"{call.base}{quote(path)}?api-version={quote(call.api_version or '')}"


def location(call: Call, path: str) -> dict[str, str]:
    """Return the header that says where to ask for a result."""
    return {"Location": url(call, path)}


def show_what_if(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer what the Location of a what-if is asked."""
    found = world.notes.get(WHAT_IFS, {}).get(names["result"])
    if found is None:
        raise ArmError(404, "NotFound", f"The operation '{names['result']}' could not be found.")
    if world.now() < found["ready_at"]:
        return Reply(202, None, location(call, call.path) | operations.pause(world))
    return Reply(200, found["body"])


def stop(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer cancel."""
    address = asked(world, call, names, "cancel/action")
    cancel(world, records.existing(world, address))
    return Reply(204)


def list_operations(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer the operations of a deployment, newest first."""
    address = asked(world, call, names, "operations/read")
    record = records.existing(world, address)
    return page(world, call, [records.show_step(record, step) for step in reversed(record.steps)])


def show_operation(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer one operation."""
    address = asked(world, call, names, "operations/read")
    record = records.existing(world, address)
    for step in record.steps:
        if step.id.lower() == names["operation"].lower():
            return Reply(200, records.show_step(record, step))
    raise ArmError(
        404,
        "DeploymentOperationNotFound",
        f"Deployment operation '{names['operation'][:80]}' could not be found.",
    )


def export_template(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer exportTemplate: the template as it was sent."""
    address = asked(world, call, names, "exportTemplate/action")
    return Reply(200, {"template": records.existing(world, address).template})


def export_group(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Refuse aloud."""
    raise not_modelled("exporting a group as a template: which properties Azure leaves out is not published")


def hash_template(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer calculateTemplateHash."""
    with refusing():
        return Reply(200, {"templateHash": read_template(call.body).hash})


GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
SUBSCRIPTION = "/subscriptions/{subscription}"


def routes() -> dict[tuple[str, str], CollectionRoute]:
    """Return the routes at both scopes; operations have a second spelling in groups, as the specification has it."""
    made: dict[tuple[str, str], CollectionRoute] = {}
    for scope in (GROUP, SUBSCRIPTION):
        many = f"{scope}/providers/{TYPE}"
        one = f"{many}/{{deployment}}"
        made |= {
            ("GET", many): list_deployments,
            ("PUT", one): put,
            ("GET", one): get,
            ("HEAD", one): head,
            ("DELETE", one): delete,
            ("POST", f"{one}/validate"): validate,
            ("POST", f"{one}/whatIf"): what_if,
            ("POST", f"{one}/cancel"): stop,
            ("POST", f"{one}/exportTemplate"): export_template,
            ("GET", f"{one}/operationStatuses/{{status}}"): show_status,
            ("GET", f"{one}/operations"): list_operations,
            ("GET", f"{one}/operations/{{operation}}"): show_operation,
        }
    return made | {
        ("POST", f"{GROUP}/exportTemplate"): export_group,
        ("GET", f"{GROUP}/deployments/{{deployment}}/operations"): list_operations,
        ("GET", f"{GROUP}/deployments/{{deployment}}/operations/{{operation}}"): show_operation,
        ("GET", f"{SUBSCRIPTION}/providers/{TYPE}/{{deployment}}/whatIfResults/{{result}}"): show_what_if,
        ("POST", "/providers/Microsoft.Resources/calculateTemplateHash"): hash_template,
    }


PROVIDER = Provider(namespace="Microsoft.Resources", kinds=(), routes=routes(), route_api_versions=RESOURCES_VERSIONS)
"""Deployments are no kind: they are not stored among resources, and a group's list does not show them."""
