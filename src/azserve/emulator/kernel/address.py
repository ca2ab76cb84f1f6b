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
    scope: Address | None = None
    """The resource that an extension resource (a role assignment, a lock) is on; None for all others."""

    @classmethod
    def parse(cls, path: str) -> Address | None:
        """Read an id; None where the path is not one (an action or a list has a segment too many)."""
        parts = [part for part in path.split("/") if part]
        low = [part.lower() for part in parts]
        if len(parts) < 2 or low[0] != "subscriptions":
            return None
        at = 4 if len(parts) >= 4 and low[2] == "resourcegroups" else 2
        found = cls(parts[1], parts[3] if at == 4 else None)
        starts = [index for index in range(at, len(parts), 2) if low[index] == "providers"]
        if len(parts) > at and starts[:1] != [at]:
            return None
        for start, end in zip(starts, [*starts, len(parts)][1:], strict=True):
            one = parts[start + 1 : end]
            if len(one) < 3 or not len(one) % 2:
                return None
            scope = found if found.names else None
            found = cls(found.subscription, found.group, "/".join([one[0], *one[1::2]]), tuple(one[2::2]), scope)
        return found

    @property
    def name(self) -> str:
        """The innermost name: of the resource, else the group, else the subscription."""
        return self.names[-1] if self.names else self.group or self.subscription

    @property
    def parent(self) -> Address | None:
        """The enclosing resource; None for a top-level resource, a group or a subscription."""
        if len(self.names) < 2:
            return None
        return Address(self.subscription, self.group, self.type.rpartition("/")[0], self.names[:-1], self.scope)

    def child(self, kind: str, name: str) -> Address:
        """The address of a nested resource."""
        return Address(self.subscription, self.group, f"{self.type}/{kind}", (*self.names, name), self.scope)

    @property
    def group_address(self) -> Address | None:
        """The address of its group; None at subscription scope."""
        return None if self.group is None else Address(self.subscription, self.group)

    @property
    def namespace(self) -> str:
        """`Microsoft.CognitiveServices`; empty for a subscription or a group."""
        return self.type.partition("/")[0]

    @property
    def key(self) -> str:
        """The id in lower case."""
        return str(self).lower()

    def __str__(self) -> str:
        text = f"/subscriptions/{self.subscription}"
        if self.scope is not None:
            text = str(self.scope)
        elif self.group is not None:
            text += f"/resourceGroups/{self.group}"
        if not self.names:
            return text
        namespace, *kinds = self.type.split("/")
        nested = "".join(f"/{kind}/{name}" for kind, name in zip(kinds, self.names, strict=True))
        return f"{text}/providers/{namespace}{nested}"
