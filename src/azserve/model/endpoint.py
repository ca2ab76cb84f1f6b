"""A deployed endpoint, as ARM tells of it."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.model.catalogue import Hosting
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import SignIn


@dataclass(frozen=True, slots=True)
class DeployedModel:
    """What ARM says of the model behind a deployment."""

    name: str
    format: str
    """The vendor: `DeepSeek`, `OpenAI`, …"""
    capabilities: tuple[str, ...] = ()
    """Names of those that are `"true"`, sorted; some models have none (recorded 2026-06 for Cohere's embeddings)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model that answers, or should, in one region."""

    key: EndpointKey
    region: Region
    hosting: Hosting
    model: ModelName
    resource: ResourceId
    """The serverless endpoint, or the account's deployment."""
    uri: str
    """Base address as ARM gave it, no slash at the end: the endpoint's own, or the account's inference host."""
    sign_in: SignIn
    version: str | None = None
    """Foundry: the deployed version."""
    provisioning_state: str = "Succeeded"
    endpoint_state: str | None = None
    """Serverless: Online, Creating, Suspended, …; Succeeded does not say Online."""
    deployed: DeployedModel | None = None
    """Foundry: what stands there, whatever the file says; None where ARM did not tell."""

    @property
    def model_names(self) -> frozenset[str]:
        """What its model may call itself in answers, case aside.

        Hosts spell it as the catalogue does or in lower case, OpenAI's with the version behind it
        (`gpt-4o-2024-11-20`); one tutorial shows the deployment's name, as it was sent.
        """
        return frozenset({self.model, f"{self.model}-{self.version}", self.deployment or self.model})

    @property
    def deployment(self) -> str | None:
        """Foundry: the name to send as `model`; None for serverless, where no model is named."""
        return self.resource.name if self.hosting is Hosting.FOUNDRY else None


@dataclass(frozen=True, slots=True)
class ConnectionTarget:
    """Where a project's connection leads, and the key that it carries."""

    uri: str
    """No slash at the end."""
    key: Secret


@dataclass(frozen=True, slots=True)
class EndpointKeys:
    """Both keys, masked. Serverless calls them primaryKey and secondaryKey, accounts key1 and key2."""

    primary: Secret
    secondary: Secret
