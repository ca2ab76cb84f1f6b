"""Functions that ask what is around: parameters, variables, loops, the deployment, the cloud, other resources."""

from __future__ import annotations

from collections.abc import Callable

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, unable
from azserve.emulator.arm.deployments.template.functions.text import wanted_int, wanted_text
from azserve.emulator.arm.deployments.template.values import TemplateError
from azserve.emulator.kernel.wire import Json


def copy_index(frame: Frame, values: list[Json]) -> Json:
    """`copyIndex([loop], [offset])`."""
    name = values[0].lower() if values and isinstance(values[0], str) else frame.innermost
    offsets = values[1:] if values and isinstance(values[0], str) else values
    if len(offsets) > 1:
        raise unable("copyIndex", "the arguments must be the name of a loop and an offset")
    if name is None or name not in frame.loops:
        raise TemplateError(
            "The template function 'copyIndex' is not expected at this location. The function can only be used in a "
            "resource with copy specified. Please see https://aka.ms/arm-resource-loops for usage details."
        )
    return frame.loops[name] + (wanted_int("copyIndex", offsets[0]) if offsets else 0)


def reference(frame: Frame, values: list[Json]) -> Json:
    """`reference(resource, [apiVersion], ['Full'])`; with symbolic names also `reference(symbol, 'Full')`."""
    target, *rest = (wanted_text("reference", value) for value in values)
    full = bool(rest) and rest[-1].lower() == "full"
    if full:
        rest.pop()
    if len(rest) > 1 and rest[1] != "":
        raise unable("reference", f"the third argument must be 'Full', got '{rest[1][:40]}'")
    return frame.outside.reference(target, rest[0] if rest else None, full=full)


def acting(name: str) -> Callable[[Frame, list[Json]], Json]:
    """`listKeys(resource, apiVersion, [body])` and the like."""

    def call(frame: Frame, values: list[Json]) -> Json:
        target = wanted_text(name, values[0])
        api_version = wanted_text(name, values[1]) if len(values) > 1 else None
        return frame.outside.act(name, target, api_version, values[2] if len(values) > 2 else None)

    return call


FUNCTIONS = (
    Function("parameters", lambda frame, values: frame.parameters.value(wanted_text("parameters", values[0])), 1, 1),
    Function("variables", lambda frame, values: frame.variables.value(wanted_text("variables", values[0])), 1, 1),
    Function("copyIndex", copy_index, 0, 2),
    Function("deployment", lambda frame, _: frame.outside.deployment(), 0, 0),
    Function("deployer", lambda frame, _: frame.outside.deployer(), 0, 0),
    Function("environment", lambda frame, _: frame.outside.environment(), 0, 0),
    Function("subscription", lambda frame, _: frame.outside.subscription(), 0, 0),
    Function("resourceGroup", lambda frame, _: frame.outside.resource_group(), 0, 0),
    Function("tenant", lambda frame, _: frame.outside.tenant(), 0, 0),
    Function("reference", reference, 1, 3),
)
