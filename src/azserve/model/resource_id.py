"""ARM resource ids, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceId:
    """`/subscriptions/S/resourceGroups/G/providers/T0/N0/T1/N1`, taken apart.

    ARM ids are case-insensitive and services answer in several spellings, so compare `key`, not the text.
    """

    subscription: str
    group: str | None
    type: str
    """Full type, `Microsoft.CognitiveServices/accounts/deployments`; a group has one of its own."""
    names: tuple[str, ...]
    """One name per segment of the type, outermost first."""

    @classmethod
    def of_group(cls, subscription: str, group: str) -> ResourceId:
        """Return the id of a resource group."""
        return cls(subscription, group, "Microsoft.Resources/resourceGroups", (group,))

    @classmethod
    def parse(cls, text: str) -> ResourceId:
        """Read an id of a group, or of a resource in a group or directly in a subscription.

        Raises ValueError for anything else.
        """
        parts = [part for part in text.split("/") if part]
        lowered = [part.lower() for part in parts]
        if len(parts) < 4 or lowered[0] != "subscriptions":
            raise ValueError(f"not an ARM resource id: {text!r}")
        subscription, group, rest = parts[1], None, parts[2:]
        if lowered[2] == "resourcegroups":
            group, rest = parts[3], parts[4:]
        if not rest and group is not None:
            return cls.of_group(subscription, group)
        if len(rest) < 4 or rest[0].lower() != "providers" or len(rest) % 2:
            raise ValueError(f"not an ARM resource id: {text!r}")
        return cls(subscription, group, "/".join([rest[1], *rest[2::2]]), tuple(rest[3::2]))

    def child(self, kind: str, name: str) -> ResourceId:
        """Return the id of a child: `account.child("deployments", "r1")`."""
        return ResourceId(self.subscription, self.group, f"{self.type}/{kind}", (*self.names, name))

    @property
    def name(self) -> str:
        """The innermost name."""
        return self.names[-1]

    @property
    def parent(self) -> ResourceId | None:
        """The resource this one is nested in, None at the top level."""
        if len(self.names) == 1:
            return None
        return ResourceId(self.subscription, self.group, self.type.rpartition("/")[0], self.names[:-1])

    @property
    def key(self) -> str:
        """The id in lower case: equal for the same resource, whatever the spelling."""
        return str(self).lower()

    def __str__(self) -> str:
        start = f"/subscriptions/{self.subscription}"
        if self.group is not None:
            start += f"/resourceGroups/{self.group}"
        if self.type == "Microsoft.Resources/resourceGroups":
            return start
        namespace, *kinds = self.type.split("/")
        nested = "".join(f"/{kind}/{name}" for kind, name in zip(kinds, self.names, strict=True))
        return f"{start}/providers/{namespace}{nested}"
