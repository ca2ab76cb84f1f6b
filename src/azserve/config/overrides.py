"""What stands over the file, and what fills its gaps: flag > `AZSERVE_*` > file > `AZURE_*` > default."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.config.request import ConfigRequest
from azserve.config.tree import Branch, Leaf, with_leaf
from azserve.errors import Bug, Problem
from azserve.model.resolved import Origin, OriginKind


@dataclass(frozen=True, slots=True)
class Override:
    """One key of the file that a flag or a variable may set."""

    key: str
    variable: str
    fallback: str | None = None
    """The variable that fills a gap but never overrules the file."""


OVERRIDES = (
    Override("cloud", "AZSERVE_CLOUD"),
    Override("subscription", "AZSERVE_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"),
    Override("tenant", "AZSERVE_TENANT_ID", "AZURE_TENANT_ID"),
    Override("credential", "AZSERVE_CREDENTIAL"),
    Override("templates", "AZSERVE_TEMPLATES"),
)


def overridden(tree: Branch, request: ConfigRequest) -> Branch:
    """Return the tree with flags and variables laid over it."""
    unknown = set(request.flags) - {override.key for override in OVERRIDES}
    if unknown:
        raise Bug(f"`{min(unknown)}` is no flag that stands over the file")
    for override in OVERRIDES:
        leaf = _leaf(override, request, in_file=override.key in tree.items)
        if leaf is not None:
            tree = with_leaf(tree, override.key, leaf)
    return tree


def _leaf(override: Override, request: ConfigRequest, *, in_file: bool) -> Leaf | None:
    flag = request.flags.get(override.key)
    if flag:
        return Leaf(flag, Origin(OriginKind.FLAG, f"--{override.key}"), flag)
    variable = request.variable(override.variable)
    if variable:
        return Leaf(variable, Origin(OriginKind.VARIABLE, override.variable), variable)
    fallback = request.variable(override.fallback) if override.fallback and not in_file else None
    if fallback:
        return Leaf(fallback, Origin(OriginKind.VARIABLE, str(override.fallback)), fallback)
    return None


def subscription_mismatch(tree: Branch, request: ConfigRequest) -> Problem | None:
    """Return a problem where the file names one subscription and the environment another.

    A flag or `AZSERVE_SUBSCRIPTION_ID` says which is meant, and ends the matter.
    """
    named, around = tree.items.get("subscription"), request.variable("AZURE_SUBSCRIPTION_ID")
    if not isinstance(named, Leaf) or named.unresolved or not around:
        return None
    if named.origin.kind not in {OriginKind.FILE, OriginKind.OVERLAY}:
        return None
    if str(named.value).lower() == around.lower():
        return None
    return Problem(
        code="subscription-mismatch",
        message="the file names one subscription and `AZURE_SUBSCRIPTION_ID` another",
        hint="unset `AZURE_SUBSCRIPTION_ID`, or say which is meant with `AZSERVE_SUBSCRIPTION_ID`",
        where=named.origin.detail,
    )
