"""What an endpoint's own keys mean together: hosting, version, sku and capacity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azserve.config.complaints import Complaints
from azserve.config.shape import EndpointShape
from azserve.config.vocabulary import listed
from azserve.model.catalogue import Catalogue, HostedModel, Hosting
from azserve.model.names import ModelName

LATEST = "latest"
DEFAULT_SKU = "GlobalStandard"
_FOUNDRY_ONLY = ("sku", "capacity", "upgrade")


def hosting_of(endpoint: EndpointShape, catalogue: Catalogue) -> Hosting | None:
    """Return the hosting that is said or is the model's only one; None where neither decides."""
    offered = tuple(catalogue.models[ModelName(endpoint.model)].hostings)
    if endpoint.hosting is not None:
        said = Hosting(endpoint.hosting)
        return said if said in offered else None
    return offered[0] if len(offered) == 1 else None


def hosted_model(endpoint: EndpointShape, catalogue: Catalogue) -> HostedModel | None:
    """Return the catalogue's facts for the endpoint's model on its hosting."""
    hosting = hosting_of(endpoint, catalogue)
    return catalogue.hosted(ModelName(endpoint.model), hosting) if hosting else None


def pinned_version(endpoint: EndpointShape, hosted: HostedModel) -> str | None:
    """Return the version to deploy: `latest` is the newest the catalogue knows; serverless has none."""
    if hosted.hosting is Hosting.SERVERLESS:
        return None
    return hosted.versions[-1] if endpoint.version == LATEST else endpoint.version


@dataclass(frozen=True, slots=True)
class EndpointCheck:
    """One endpoint to look at, and where to complain."""

    key: str
    endpoint: EndpointShape
    catalogue: Catalogue
    complaints: Complaints

    def run(self) -> None:
        """Complain about what does not fit together."""
        hosted = hosted_model(self.endpoint, self.catalogue)
        if hosted is None:
            self._hosting()
            return
        match hosted.hosting:
            case Hosting.SERVERLESS:
                self._serverless()
            case Hosting.FOUNDRY:
                self._foundry(hosted)

    def _hosting(self) -> None:
        offered = tuple(self.catalogue.models[ModelName(self.endpoint.model)].hostings)
        if self.endpoint.hosting is None:
            self.complaints.about(
                ("endpoints", self.key, "hosting"),
                "hosting-required",
                f"`endpoints.{self.key}.hosting` is missing, and `{self.endpoint.model}` has both hostings",
                hint=f"add `hosting: serverless` or `hosting: foundry` to `{self.key}`",
            )
            return
        self.complaints.about(
            ("endpoints", self.key, "hosting"),
            "hosting-not-offered",
            f"`{self.endpoint.model}` is not hosted as `{self.endpoint.hosting}`",
            hint=f"use `hosting: {offered[0]}`, or leave it out",
        )

    def _serverless(self) -> None:
        if self.endpoint.version is not None:
            self.complaints.about_key(
                ("endpoints", self.key, "version"),
                "version-on-serverless",
                f"`endpoints.{self.key}.version` cannot be chosen: a serverless endpoint always runs the latest",
                hint="remove it, or use `hosting: foundry` to pin a version",
            )
        for name in _FOUNDRY_ONLY:
            if getattr(self.endpoint, name) is not None:
                self.complaints.about_key(
                    ("endpoints", self.key, name),
                    "foundry-only",
                    f"`endpoints.{self.key}.{name}` means nothing on a serverless endpoint",
                    hint="remove it: serverless endpoints have one fixed rate limit each and use no quota",
                )

    def _foundry(self, hosted: HostedModel) -> None:
        if self.endpoint.version is None:
            self.complaints.about(
                ("endpoints", self.key, "version"),
                "version-required",
                f"`endpoints.{self.key}.version` is missing, and Foundry deploys a version",
                hint=f'add `version: "{hosted.versions[-1]}"`; '
                f"known versions of `{self.endpoint.model}`: {listed(hosted.versions)}, or `latest`",
            )
        capacity = self.endpoint.capacity
        if capacity and capacity.min and capacity.target and capacity.min > capacity.target:
            self.complaints.about(
                ("endpoints", self.key, "capacity", "min"),
                "capacity-range",
                f"`endpoints.{self.key}.capacity.min` is {capacity.min}, more than the target of {capacity.target}",
                hint="lower `min`, or raise `target`",
            )
        if (self.endpoint.sku or "").endswith("ProvisionedManaged") and capacity is None:
            self.complaints.about(
                ("endpoints", self.key, "capacity"),
                "capacity-required",
                f"`endpoints.{self.key}.capacity` is missing, and `{self.endpoint.sku}` is paid by the hour for it",
                hint="say how many units to pay for: `capacity: N`",
            )


def version_notes(key: str, endpoint: EndpointShape, hosted: HostedModel) -> Iterator[str]:
    """Yield what is odd about a version but not wrong: the catalogue is dated, and Azure has the last word."""
    version = pinned_version(endpoint, hosted)
    if version is not None and version not in hosted.versions:
        yield (
            f"the catalogue does not know version `{version}` of `{endpoint.model}` at `endpoints.{key}`, "
            f"only {listed(hosted.versions)}"
        )
