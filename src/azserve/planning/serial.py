"""A plan as JSON and back, for `plan --out` and `deploy --plan`.

A file written before a field with a default existed still reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from azserve.errors import ConfigurationError
from azserve.model.as_json import Unreadable, read, written
from azserve.model.json import JsonObject, JsonValue
from azserve.model.plan import Plan

SCHEMA: Final = "azserve/plan-file/v1"


def plan_to_json(plan: Plan) -> JsonObject:
    """Return the plan as JSON values; `plan_from_json` gives an equal plan back."""
    return {"schema": SCHEMA, "plan": written(plan)}


def plan_from_json(document: JsonValue) -> Plan:
    """Return the plan of a document; raises ConfigurationError where it is not one, or of another schema."""
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, Mapping) else type(document).__name__
        raise ConfigurationError(
            f"this is not a plan that this azserve can read: its schema is `{found}`, not `{SCHEMA}`",
            code="plan-file",
            hint="write it again with `azserve plan --out FILE`",
        )
    try:
        return cast(Plan, read(Plan, document.get("plan"), "plan"))
    except Unreadable as error:
        raise ConfigurationError(
            f"the plan is damaged at `{error.path}`: {error}",
            code="plan-file",
            hint="write it again with `azserve plan --out FILE`",
        ) from error
