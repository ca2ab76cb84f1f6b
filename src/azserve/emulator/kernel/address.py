"""ARM addresses: ids taken apart. The emulator's own, so that it shares no code with what it tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """A subscription, a group, or a resource in either. Spelling is kept; `key` is what is compared."""

    subscription: str
    group: str | None = None
    type: str = ""
    """`Microsoft.CognitiveServices/accounts/deployments`; empty for a subscription or a group."""
    names: tuple[str, ...] = ()

    @classmethod
    def parse(cls, path: str) -> Address | None:
        """Read an id; None where the path is not one (an action or a list has a segment too many)."""
        parts = [part for part in path.split("/") if part]
        low = [part.lower() for part in parts]
        if len(parts) < 2 or low[0] != "subscriptions":
            return None
        subscription, group, at = parts[1], None, 2
        if len(parts) >= 4 and low[2] == "resourcegroups":
            group, at = parts[3], 4
        rest = parts[at:]
        if not rest:
            return cls(subscription, group)
        if low[at] != "providers" or len(rest) < 4 or len(rest) % 2:
            return None
        return cls(subscription, group, "/".join([rest[1], *rest[2::2]]), tuple(rest[3::2]))

    @property
    def name(self) -> str:
        """The innermost name: of the resource, else the group, else the subscription."""
        return self.names[-1] if self.names else self.group or self.subscription

    @property
    def parent(self) -> Address | None:
        """The enclosing resource; None for a top-level resource, a group or a subscription."""
        if len(self.names) < 2:
            return None
        return Address(self.subscription, self.group, self.type.rpartition("/")[0], self.names[:-1])

    def child(self, kind: str, name: str) -> Address:
        """The address of a nested resource."""
        return Address(self.subscription, self.group, f"{self.type}/{kind}", (*self.names, name))

    @property
    def key(self) -> str:
        """The id in lower case."""
        return str(self).lower()

    def __str__(self) -> str:
        text = f"/subscriptions/{self.subscription}"
        if self.group is not None:
            text += f"/resourceGroups/{self.group}"
        if not self.names:
            return text
        namespace, *kinds = self.type.split("/")
        nested = "".join(f"/{kind}/{name}" for kind, name in zip(kinds, self.names, strict=True))
        return f"{text}/providers/{namespace}{nested}"
