"""What the parts of a file mean together: its shape is sound, here keys meet each other and Azure's rules."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from azserve.config.complaints import Complaints
from azserve.config.hosting import EndpointCheck, hosting_of
from azserve.config.hosts import HostCheck
from azserve.config.rules import ENDPOINT
from azserve.config.shape import EndpointShape, FleetShape, RegionsShape
from azserve.config.tree import Branch, Path, locate, spelled
from azserve.config.vocabulary import listed
from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.names import Region
from azserve.model.resolved import OriginKind

MAX_DEPLOYMENTS = 32
"""Deployments per Foundry account (Microsoft Learn, quotas and limits, 2026-02-20)."""
MAX_TAGS = 48
"""ARM allows 50 on a resource; azserve adds its own."""
_SERVERLESS_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")


@dataclass(frozen=True, slots=True)
class Sense:
    """A file whose shape is sound, as far as it is, and where to complain about the rest."""

    shape: FleetShape
    catalogue: Catalogue
    environment: str | None
    complaints: Complaints

    def check(self) -> None:
        """Complain about everything that does not fit together."""
        self._endpoint_keys()
        for key, endpoint in self.shape.endpoints.items():
            EndpointCheck(key, endpoint, self.catalogue, self.complaints).run()
        HostCheck(self.shape, self.catalogue, self.complaints).run()
        self._regions()
        self._one_per_project()
        self._deployments_per_account()
        self._references()
        self._group()
        self._tags()

    def choice_of(self, endpoint: EndpointShape) -> RegionsShape | None:
        """Return the regions an endpoint may go to; what its own choice leaves open, the fleet's decides."""
        return region_choice(self.shape, endpoint)

    def _endpoint_keys(self) -> None:
        if not self.shape.endpoints and not self.complaints.incomplete(("endpoints",)):
            self.complaints.about(
                ("endpoints",),
                "endpoints-empty",
                "`endpoints` is empty, so there is nothing to deploy",
                hint="add one: `r1: {model: DeepSeek-R1, hosting: serverless}`",
            )
        first_spelled: dict[str, str] = {}
        for key, endpoint in self.shape.endpoints.items():
            self._endpoint_key(key, endpoint)
            other = first_spelled.setdefault(key.lower(), key)
            if other != key:
                self.complaints.about_key(
                    ("endpoints", key),
                    "endpoint-name",
                    f"`endpoints.{key}` and `endpoints.{other}` differ only in case, which Azure does not see",
                    hint="rename one of them",
                )

    def _endpoint_key(self, key: str, endpoint: EndpointShape) -> None:
        if not ENDPOINT.match(key):
            self.complaints.about_key(
                ("endpoints", key),
                "endpoint-name",
                f"the key `{key}` cannot be a deployment's name",
                hint="use up to 64 letters, digits, `-`, `_` and `.`, beginning with a letter",
            )
        elif hosting_of(endpoint, self.catalogue) is Hosting.SERVERLESS and not _SERVERLESS_KEY.match(key):
            self.complaints.about_key(
                ("endpoints", key),
                "endpoint-name",
                f"the key `{key}` cannot be a serverless endpoint's name",
                hint="use letters, digits and hyphens alone",
            )

    def _regions(self) -> None:
        if self.shape.regions is not None:
            self._choice(("regions",), self.shape.regions)
        for key, endpoint in self.shape.endpoints.items():
            choice = self.choice_of(endpoint)
            if choice is None:
                if self._regions_unsure():
                    continue
                self.complaints.about_key(
                    ("endpoints", key),
                    "regions-missing",
                    f"`endpoints.{key}` has no regions, and the fleet names none",
                    hint="add `regions: [eastus2]` to the fleet or to the endpoint",
                )
            elif endpoint.regions is not None:
                self._choice(("endpoints", key, "regions"), choice)

    def _choice(self, path: Path, choice: RegionsShape) -> None:
        name = spelled(path)
        if self.complaints.incomplete(path):
            return
        self._repeated(path, choice)
        candidates = self._candidates(choice)
        if not choice.of and choice.need in {None, "all"}:
            self.complaints.about(
                (*path, "need"),
                "need-missing",
                f"`{name}.need` is missing, and without `of` every region there is would be meant",
                hint="add `need: N`, or list the regions under `of`",
            )
        elif isinstance(choice.need, int) and choice.need > len(candidates):
            narrowed = len(candidates) != len(choice.of or self.catalogue.regions)
            self.complaints.about(
                (*path, "need"),
                "need-too-high",
                f"`{name}.need` is {choice.need}, with {len(candidates)} to choose from"
                + (" after `within` and `avoid`" if narrowed else ""),
                hint="lower `need`, or add regions to `of`",
            )
        elif choice.need in {None, "all"}:
            for index, region in enumerate(choice.of):
                if region not in candidates:
                    self.complaints.about(
                        (*path, "of", index),
                        "region-excluded",
                        f"`{region}` is needed by `{name}.of` and excluded by `within` or `avoid`",
                        hint="remove it from `of`, or say how many are needed with `need: N`",
                    )

    def _regions_unsure(self) -> bool:
        """Whether regions were left out as wrong anywhere, so that which there are is not known."""
        paths = [("regions",), *(("endpoints", key, "regions") for key in self.shape.endpoints)]
        return any(self.complaints.incomplete(path) for path in paths)

    def _repeated(self, path: Path, choice: RegionsShape) -> None:
        for index, region in enumerate(choice.of):
            if region in choice.of[:index]:
                self.complaints.about(
                    (*path, "of", index),
                    "region-repeated",
                    f"`{region}` is there twice",
                    hint="remove one: a region is deployed to once",
                )

    def _candidates(self, choice: RegionsShape) -> tuple[str, ...]:
        regions = dict.fromkeys(choice.of or self.catalogue.regions)
        return tuple(name for name in regions if self._allowed(name, choice))

    def _allowed(self, region: str, choice: RegionsShape) -> bool:
        geography = self.catalogue.regions[Region(region)].geography
        inside = not choice.within or region in choice.within or geography in choice.within
        return inside and region not in choice.avoid

    def _one_per_project(self) -> None:
        seen: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for key, endpoint in self.shape.endpoints.items():
            if hosting_of(endpoint, self.catalogue) is not Hosting.SERVERLESS:
                continue
            regions = self._possible(endpoint)
            other = next((name for name, theirs in seen[endpoint.model] if regions & theirs), None)
            if other is None:
                seen[endpoint.model].append((key, regions))
                continue
            self.complaints.about_key(
                ("endpoints", key),
                "one-per-project",
                f"`endpoints.{key}` and `endpoints.{other}` are serverless endpoints of the same model"
                f" `{endpoint.model}` and may share a region",
                hint="Azure allows one per model and project: remove one, or give them regions with none in common",
            )

    def _possible(self, endpoint: EndpointShape) -> frozenset[str]:
        choice = self.choice_of(endpoint)
        return frozenset(self._candidates(choice)) if choice else frozenset(self.catalogue.regions)

    def _all_possible(self) -> frozenset[str]:
        return frozenset[str]().union(*(self._possible(endpoint) for endpoint in self.shape.endpoints.values()))

    def _deployments_per_account(self) -> None:
        """Refuse what cannot fit however regions are chosen: too many in one region, or too many in all."""
        sure: Counter[str] = Counter()
        wanted, possible = 0, set[str]()
        for endpoint in self.shape.endpoints.values():
            choice = self.choice_of(endpoint)
            if hosting_of(endpoint, self.catalogue) is not Hosting.FOUNDRY or choice is None:
                continue
            candidates = self._candidates(choice)
            need = choice.need if isinstance(choice.need, int) else len(candidates)
            wanted += need
            possible.update(candidates)
            if need >= len(candidates):
                sure.update(candidates)
        region, most = max(sure.items(), key=lambda item: item[1], default=("", 0))
        if most > MAX_DEPLOYMENTS:
            self._too_many(f"{most:,} Foundry deployments are needed in `{region}`")
        elif wanted > MAX_DEPLOYMENTS * len(possible):
            self._too_many(f"{wanted:,} Foundry deployments are needed in {len(possible)} regions")

    def _too_many(self, fact: str) -> None:
        self.complaints.about_key(
            ("endpoints",),
            "limit-deployments",
            f"{fact}, and an account holds {MAX_DEPLOYMENTS}",
            hint="spread the endpoints over more regions or fleets: Azure's limit is per account, and a fleet has one"
            " account in each region",
        )

    def _references(self) -> None:
        node = self.complaints.tree.items.get("endpoints")
        known = tuple(node.items) if isinstance(node, Branch) else ()
        for key in self.shape.smoke.endpoints:
            if known and key not in known:
                self.complaints.about_key(
                    ("smoke", "endpoints", key),
                    "unknown-endpoint",
                    f"`smoke.endpoints.{key}` is no endpoint of this file",
                    choices=known,
                )
        canary = self.shape.rollout.canary
        regions = self._all_possible()
        if canary is not None and canary not in regions and not self._regions_unsure():
            self.complaints.about(
                ("rollout", "canary"),
                "canary-elsewhere",
                f"`rollout.canary` is `{canary}`, where no endpoint may go",
                hint=f"name one of the fleet's regions: {listed(sorted(regions)[:12])}",
            )
        unsure = self.complaints.incomplete(("rollout", "canary"))
        if self.shape.rollout.gate is not None and canary is None and not unsure:
            self.complaints.about(
                ("rollout", "gate"),
                "gate-without-canary",
                "`rollout.gate` needs a canary to stand before",
                hint="add `canary: REGION` to `rollout`",
            )

    def _group(self) -> None:
        """Refuse a group pattern under which two regions, or two environments, would share a group."""
        pattern = self.shape.group
        located = locate(self.complaints.tree, ("group",))
        if "{region}" not in pattern and len(self._all_possible()) > 1:
            self._group_misses("region", "regions")
        own = located.origin.kind is OriginKind.OVERLAY
        if self.environment and "{env}" not in pattern and not own:
            self._group_misses("env", "environments")

    def _group_misses(self, placeholder: str, what: str) -> None:
        self.complaints.about(
            ("group",),
            "group-shared",
            f"`group` lacks `{{{placeholder}}}`, so {what} would share a group and destroy each other's endpoints",
            hint=f"add `{{{placeholder}}}`; to use a group that is there, name it under `existing`",
        )

    def _tags(self) -> None:
        tagged: dict[Path, Mapping[str, str]] = {("tags",): self.shape.tags}
        tagged |= {("endpoints", key, "tags"): endpoint.tags for key, endpoint in self.shape.endpoints.items()}
        for path, tags in tagged.items():
            if len({*tags, *self.shape.tags}) > MAX_TAGS:
                self.complaints.about_key(
                    path,
                    "limit-tags",
                    f"there are more than {MAX_TAGS} tags",
                    hint="remove some: Azure allows 50 on a resource, and azserve adds its own",
                )


def region_choice(shape: FleetShape, endpoint: EndpointShape) -> RegionsShape | None:
    """Return the regions an endpoint may go to: its own choice, and from the fleet's what that leaves open."""
    own, fleet = endpoint.regions, shape.regions
    if own is None or fleet is None:
        return own or fleet
    inherited = {
        "need": own.need if own.need is not None or own.of else fleet.need,
        "of": own.of or fleet.of,
        "within": own.within or fleet.within,
        "avoid": own.avoid or fleet.avoid,
    }
    return own.model_copy(update=inherited)
