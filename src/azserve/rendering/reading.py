"""Rendered ARM JSON, read back to what it describes.

The plan compares these resources with what is live, so they come from the very text that is deployed and not from a
second description beside it. Two rules for what cannot be known before a deployment: a property is left out (nothing
is claimed about it), and a resource whose name or scope cannot be known is left out whole. Nested deployments are
read through; they are how resources get there, not resources to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, overload

from azserve.model.estate import Resource
from azserve.model.json import JsonObject
from azserve.model.resource_id import ResourceId
from azserve.rendering.expressions import Scope, Unresolved, resolve

_DEPLOYMENT: Final = "Microsoft.Resources/deployments"
_GROUP: Final = "Microsoft.Resources/resourceGroups"
_BODY: Final = ("location", "tags", "kind", "sku", "identity", "properties")


class Undescribed(ValueError):
    """A template of the user's does not say what azserve has to know about a resource."""

    def __init__(self, why: str, at: tuple[int, ...] = ()) -> None:
        super().__init__(why)
        self.at = at
        """Numbers of the resources that lead there, counted from 0, the outermost first; empty for a whole template."""


class Described(Sequence[Resource]):
    """What a template describes, read when somebody first looks: a plan does, writing files does not."""

    def __init__(self, read: Callable[[], tuple[Resource, ...]]) -> None:
        self._read = read

    @cached_property
    def _found(self) -> tuple[Resource, ...]:
        return self._read()

    @overload
    def __getitem__(self, at: int) -> Resource: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Resource, ...]: ...
    def __getitem__(self, at: int | slice) -> Resource | tuple[Resource, ...]:
        return self._found[at]

    def __len__(self) -> int:
        return len(self._found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._found == tuple(other)


def resources_of(
    template: Mapping[str, Any], parameters: Mapping[str, Any], *, subscription: str, group: str | None
) -> tuple[Resource, ...]:
    """Return what a template describes, in its own order.

    `parameters` is what a parameter file's `parameters` member holds; it wins over the defaults. `group` is None at
    subscription scope. Raises Undescribed where that is not said in the way of azserve's own templates.
    """
    if not isinstance(template.get("resources"), list):
        raise Undescribed("`resources` is no list")
    outside = Scope(subscription, group, {}, {})
    defaults: dict[str, Any] = {}
    for name, declared in template.get("parameters", {}).items():
        if name not in parameters and "defaultValue" in declared:
            with suppress(Unresolved):  # a new GUID, the time
                defaults[name] = resolve(declared["defaultValue"], outside)
    given = {name: value["value"] for name, value in parameters.items() if "value" in value}
    scope = Scope(subscription, group, {**defaults, **given}, template.get("variables", {}))
    found: list[Resource] = []
    for at, written in enumerate(template["resources"]):
        try:
            found.extend(_resources(written, scope))
        except Undescribed as error:
            raise Undescribed(str(error), (at, *error.at)) from error
        except KeyError as error:
            raise Undescribed(f"there is no `{error.args[0]}`", (at,)) from error
        except (ValueError, RecursionError) as error:
            raise Undescribed(str(error), (at,)) from error
        except (TypeError, LookupError, AttributeError, AssertionError) as error:
            raise Undescribed(f"it has not the shape that ARM takes ({error})", (at,)) from error
    return tuple(found)


def _resources(written: Mapping[str, Any], scope: Scope) -> Iterator[Resource]:
    if written["type"] == _DEPLOYMENT:
        with suppress(Unresolved):
            yield from _nested(written, scope)
        return
    with suppress(Unresolved):
        body = resolve({name: written[name] for name in _BODY if name in written}, scope)
        yield Resource(
            id=_id(written, scope),
            api_version=written["apiVersion"],
            body=_object(body),
            depends_on=tuple(_depends_on(written.get("dependsOn", ()), scope)),
        )


def _nested(written: Mapping[str, Any], scope: Scope) -> Iterator[Resource]:
    properties = written["properties"]
    group = resolve(written["resourceGroup"], scope) if "resourceGroup" in written else scope.group
    subscription = resolve(written["subscriptionId"], scope) if "subscriptionId" in written else scope.subscription
    given = _object(resolve(properties.get("parameters", {}), scope))
    # The wrapper's wait for its own group says nothing; in a group, what it waits for has to stand first.
    first = tuple(_depends_on(written.get("dependsOn", ()), scope)) if scope.group is not None else ()
    for found in resources_of(
        properties["template"], given, subscription=str(subscription), group=None if group is None else str(group)
    ):
        yield replace(found, depends_on=(*found.depends_on, *first))


def _id(written: Mapping[str, Any], scope: Scope) -> ResourceId:
    names = tuple(str(resolve(written["name"], scope)).split("/"))
    if written["type"] == _GROUP:
        return ResourceId.of_group(scope.subscription, names[0])
    if "scope" not in written:
        return ResourceId(scope.subscription, scope.group, written["type"], names)
    namespace, kind = written["type"].split("/", 1)
    return ResourceId.parse(f"{resolve(written['scope'], scope)}/providers/{namespace}/{kind}/{names[0]}")


def _depends_on(written: Sequence[str], scope: Scope) -> Iterator[ResourceId]:
    """Yield what is named by id; a bare name, which ARM takes, too, is nothing that azserve writes."""
    for each in written:
        with suppress(Unresolved, ValueError):
            yield ResourceId.parse(str(resolve(each, scope)))


def _object(value: object) -> JsonObject:
    assert isinstance(value, Mapping)
    return value
