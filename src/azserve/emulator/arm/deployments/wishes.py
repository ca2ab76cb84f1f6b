"""What somebody asks to deploy: a request's body, or a nested deployment's properties, read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from azserve.emulator.arm.deployments.template.evaluate import Frame, Place, resolve
from azserve.emulator.arm.deployments.template.expand import Planned
from azserve.emulator.arm.deployments.template.parameters import Given
from azserve.emulator.arm.deployments.template.values import Budget, UnresolvedError
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal, not_modelled

TYPE = "Microsoft.Resources/deployments"
_STEPS_PER_DEPLOYMENT = 200
"""What a nested deployment costs beyond what is in it."""
NAME = re.compile(r"[-\w._()]{1,64}")
REFUSED = {
    "templateLink": "linked templates and template specs ('templateLink')",
    "parametersLink": "linked parameters ('parametersLink')",
    "onErrorDeployment": "redeployment on error ('onErrorDeployment')",
    "extensionConfigs": "extensions ('extensionConfigs')",
    "externalInputs": "external inputs ('externalInputs')",
}
KNOWN = frozenset(
    {
        "template", "parameters", "mode", "debugSetting", "expressionEvaluationOptions", "whatIfSettings",
        "validationLevel", "externalInputDefinitions", *REFUSED,
    }
)  # fmt: skip

inferred(
    "arm.deployments.name",
    "a deployment name that is too long or has other characters is refused with InvalidDeployment",
    because="the limit of 64 and the characters are in the specification, the answer is not recorded",
)


class Mode(StrEnum):
    """What happens to resources of the group that the template does not name."""

    INCREMENTAL = "Incremental"
    COMPLETE = "Complete"


class Level(StrEnum):
    """How much `validate` and `whatIf` ask of providers."""

    TEMPLATE = "Template"
    PROVIDER = "Provider"


@dataclass(frozen=True, slots=True)
class Wish:
    """One deployment that is asked for."""

    address: Address
    place: Place
    location: str | None
    mode: Mode
    level: Level
    template: Json
    given: Given
    tags: dict[str, Json] | None
    api_version: str
    """Of the request at the top; nested deployments have the same."""
    principal: Principal | None
    base: str
    correlation_id: str
    outer: Frame | None = None
    """The frame in which a nested template of outer scope is evaluated."""
    budget: Budget = field(default_factory=Budget, compare=False)
    """What working it out may cost; nested deployments share it."""

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.address.name


def read_wish(call: Call, address: Address, *, correlation_id: str) -> Wish:
    """Read a request's body; ArmError where it is wrong or asks for what is not modelled."""
    check_name(address.name)
    body = call.body
    properties = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(properties, dict):
        raise bad_content("Required property 'properties' not found in JSON. Path ''.")
    check_members(properties)
    location = body.get("location")
    check_location(address, location)
    tags = body.get("tags")
    if tags is not None and not isinstance(tags, dict):
        raise bad_content("The 'tags' must be a JSON object. Path 'tags'.")
    return Wish(
        address=address,
        place=Place(address.subscription, address.group),
        location=location,
        mode=mode_of(properties, address),
        level=Level.TEMPLATE if properties.get("validationLevel") == "Template" else Level.PROVIDER,
        template=properties.get("template"),
        given=given_of(properties.get("parameters")),
        tags=tags,
        api_version=call.api_version or "",
        principal=call.principal,
        base=call.base,
        correlation_id=correlation_id,
    )


def check_name(name: str) -> None:
    """Raise ArmError for a name that no deployment may have."""
    if not NAME.fullmatch(name):
        raise ArmError(
            400,
            "InvalidDeployment",
            f"The provided deployment name '{name[:100]}' is not valid. The name must be between '1' and '64' "
            "characters long and may contain letters, digits, '.', '_', '-', '(' and ')' only. "
            "Please see https://aka.ms/arm-deploy for usage details.",
        )


def bad_content(why: str) -> ArmError:
    """The error for a body of the wrong form."""
    return ArmError(
        400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{why}'."
    )


def check_members(properties: dict[str, Json]) -> None:
    """Raise ArmError for what is unknown or not modelled, or without a template."""
    for name, feature in REFUSED.items():
        if properties.get(name):
            raise not_modelled(feature)
    for name in properties:
        if name not in KNOWN:
            raise bad_content(
                f"Could not find member '{name[:80]}' on object of type 'DeploymentProperties'. "
                f"Path 'properties.{name[:80]}'."
            )
    if not isinstance(properties.get("template"), dict):
        raise ArmError(
            400,
            "InvalidDeployment",
            "The deployment 'template' or 'templateLink' property must be specified. "
            "Please see https://aka.ms/arm-deploy for usage details.",
        )


def check_location(address: Address, location: Json) -> None:
    """At subscription scope a location is required, in a group it is forbidden."""
    how = "Please see https://aka.ms/deploy-to-subscription for usage details."
    if address.group is None and (not isinstance(location, str) or not location):
        raise ArmError(
            400, "InvalidDeployment", f"The 'location' property must be specified for '{address.name}'. {how}"
        )
    if address.group is not None and location is not None:
        raise ArmError(
            400,
            "InvalidDeployment",
            f"The 'location' property is not allowed for '{address.name}' at resource group scope. {how}",
        )


def mode_of(properties: Mapping[str, Json], address: Address) -> Mode:
    """Read the mode; the service takes it in any case of letters."""
    asked = properties.get("mode")
    found = next((mode for mode in Mode if str(asked).lower() == mode.lower()), None)
    if found is None:
        raise ArmError(
            400,
            "InvalidDeployment",
            f"The value of deployment parameter 'mode' '{str(asked)[:40]}' is not valid: it must be 'Incremental' or "
            "'Complete'. Please see https://aka.ms/arm-deploy for usage details.",
        )
    if found is Mode.COMPLETE and address.group is None:
        raise ArmError(
            400,
            "InvalidDeployment",
            "Deployments at subscription scope support the mode 'Incremental' only. "
            "Please see https://aka.ms/deploy-to-subscription for usage details.",
        )
    return found


def given_of(parameters: Json) -> Given:
    """Read the parameters of a request: `{"name": {"value": …}}`."""
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise bad_content("The 'parameters' must be a JSON object. Path 'properties.parameters'.")
    return {name: known(value_of(name, one)) for name, one in parameters.items()}


def value_of(name: str, one: Json) -> Json:
    """Return the value in one parameter's envelope."""
    if not isinstance(one, dict):
        raise bad_content(f"The parameter '{name[:80]}' must be a JSON object. Path 'properties.parameters'.")
    if one.get("reference") is not None:
        raise not_modelled("references to vaults in parameters ('reference')")
    if one.get("expression") is not None:
        raise not_modelled("external inputs in parameters ('expression')")
    if "value" not in one:
        raise bad_content(f"The parameter '{name[:80]}' must have a 'value'. Path 'properties.parameters'.")
    return one["value"]


def known(value: Json) -> Callable[[], Json]:
    """Wrap a value that is known already."""
    return lambda: value


def nested_wish(parent: Wish, one: Planned, *, keep_unresolved: bool = False) -> Wish:
    """Read a nested deployment, with everything but its template evaluated.

    With `keep_unresolved`, parameters that cannot be known yet stay unresolved inside. Raises ArmError, TemplateError
    and, unless kept, UnresolvedError.
    """
    parent.budget.spend(_STEPS_PER_DEPLOYMENT)
    properties = one.source.get("properties")
    if not isinstance(properties, dict):
        raise bad_content(f"The nested deployment '{one.name}' must have 'properties'.")
    check_members(properties)
    check_name(one.name)
    address = Address(one.place.subscription, one.place.group, TYPE, (one.name,))
    location = resolve(one.frame, one.source.get("location"))
    if address.group is None:
        check_location(address, location)
    options = properties.get("expressionEvaluationOptions")
    scope = resolve(one.frame, options.get("scope", "Outer")) if isinstance(options, dict) else "Outer"
    inner = str(scope).lower() == "inner"
    tags = resolve(one.frame, one.source.get("tags"))
    return Wish(
        address=address,
        place=one.place,
        location=location if address.group is None else None,
        mode=mode_of({"mode": resolve(one.frame, properties.get("mode"))}, address),
        level=parent.level,
        template=properties["template"],
        given=given_inside(one, properties.get("parameters") or {}, keep_unresolved=keep_unresolved) if inner else {},
        tags=tags if isinstance(tags, dict) else None,
        api_version=parent.api_version,
        principal=parent.principal,
        base=parent.base,
        correlation_id=parent.correlation_id,
        outer=None if inner else one.frame,
        budget=parent.budget,
    )


def given_inside(one: Planned, parameters: Json, *, keep_unresolved: bool) -> Given:
    """Evaluate the parameters of a nested deployment in the frame of the template around it."""
    if isinstance(parameters, str):
        parameters = resolve(one.frame, parameters)
    if not isinstance(parameters, dict):
        raise bad_content(f"The parameters of the nested deployment '{one.name}' must be a JSON object.")
    made: dict[str, Callable[[], Json]] = {}
    for name, envelope in parameters.items():
        try:
            made[name] = known(value_of(name, resolve(one.frame, envelope)))
        except UnresolvedError as unresolved:
            if not keep_unresolved:
                raise
            shown = envelope.get("value") if isinstance(envelope, dict) else None
            made[name] = unknown(unresolved.shown if unresolved.shown is not None else shown)
    return made


def unknown(shown: Json) -> Callable[[], Json]:
    """Wrap a value that cannot be known yet."""

    def make() -> Json:
        raise UnresolvedError(shown)

    return make
