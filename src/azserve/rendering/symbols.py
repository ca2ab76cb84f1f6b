"""Symbols for Bicep and the ARM variables behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from azserve.model.deployment_name import deployment_name
from azserve.model.names import FleetId, Region
from azserve.model.resource_id import ResourceId
from azserve.rendering.pieces import Existing, Ref


@dataclass(slots=True)
class Names:
    """Symbols given out so far, and the ARM variables behind them. ARM compares variables without case."""

    fleet_id: FleetId
    region: Region
    variables: dict[str, object] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def ref(self, symbol: str, kind: str, name: str, parent: Ref | None = None) -> Ref:
        """Give a resource its symbol and put its name into a variable."""
        symbol = self._free(symbol)
        self.variables[f"{symbol}Name"] = name
        above = parent.names if parent else ()
        return Ref(symbol, kind, (*above, f"{symbol}Name"), parent.group if parent else ())

    def elsewhere(self, symbol: str, kind: str, there: ResourceId) -> Existing:
        """Return a resource of another group, or of another subscription, that is there already."""
        ref = self.ref(symbol, kind, there.name)
        return Existing(
            ref=Ref(ref.symbol, kind, ref.names, self.place(ref.symbol, there)),
            name=there.name,
            subscription=there.subscription,
            group=there.group or "",
        )

    def place(self, symbol: str, there: ResourceId) -> tuple[str, str]:
        """Put subscription and group of a resource into variables and return the variables' names."""
        subscription = self.value(f"{symbol}Subscription", there.subscription)
        return subscription, self.value(f"{symbol}Group", there.group or "")

    def module(self, symbol: str, phase: str) -> tuple[Ref, str]:
        """Give a nested deployment its symbol and its name, which no other region's has in the same group."""
        name = deployment_name(self.fleet_id, f"{self.region}-{phase}")
        return self.ref(symbol, "Microsoft.Resources/deployments", name), name

    def value(self, name: str, value: object) -> str:
        """Put something into a variable of its own and return the variable's name."""
        self.variables[name] = value
        return name

    def tags_of(self, ref: Ref, tags: Mapping[str, str]) -> str:
        """Put a resource's own tags into a variable; no variable where it has none."""
        name = f"{ref.symbol}Tags"
        return self.value(name, dict(sorted(tags.items()))) if tags else name

    def _free(self, symbol: str) -> str:
        wanted, number = symbol, 2
        while wanted.lower() in self.taken:
            wanted, number = f"{symbol}{number}", number + 1
        self.taken.add(wanted.lower())
        return wanted


def symbol_of(key: str, suffix: str) -> str:
    """Return `r1-chat` as `r1ChatDeployment`; an identifier whatever the key is."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", key) if word]
    joined = "".join([*(word.lower() for word in words[:1]), *(word[:1].upper() + word[1:] for word in words[1:])])
    return (f"m{joined}" if joined[:1].isdigit() else joined or "model") + suffix
