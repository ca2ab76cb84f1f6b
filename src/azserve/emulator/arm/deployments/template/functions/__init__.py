"""The functions of the template language, by name in lower case."""

from __future__ import annotations

from azserve.emulator.arm.deployments.template.evaluate import Form, Function
from azserve.emulator.arm.deployments.template.functions import (
    addresses,
    dates,
    lambdas,
    lists,
    logic,
    networks,
    numbers,
    objects,
    surroundings,
    text,
)

FUNCTIONS: dict[str, Function | Form] = {
    one.name.lower(): one
    for module in (text, lists, objects, numbers, logic, dates, lambdas, addresses, networks, surroundings)
    for one in module.FUNCTIONS
}

REFUSED = {
    "managementgroup": "only resource groups and subscriptions are modelled",
    "managementgroupresourceid": "only resource groups and subscriptions are modelled",
    "pickzones": "availability zones are not modelled",
    "tologicalzone": "availability zones are not modelled",
    "tologicalzones": "availability zones are not modelled",
    "tophysicalzone": "availability zones are not modelled",
    "tophysicalzones": "availability zones are not modelled",
    "providers": "it is deprecated, write the api-version instead",
    "references": "arrays of symbolic references are not modelled",
    "loadfileastext": "it exists in Bicep only",
    "getsecret": "vault references exist in parameter files only",
}
"""Functions Azure has and the emulator has not, with the reason."""


def list_function(name: str) -> Function | None:
    """Return the function for `list` plus the rest of an action's name: `listKeys`, `listSecrets`."""
    if name.lower().startswith("list") and len(name) > len("list") and name.isalnum():
        return Function(name, surroundings.acting(name), 1, 3)
    return None
