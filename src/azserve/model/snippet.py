"""Client code for a deployed endpoint: which language, which task, and the program itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from azserve.model.catalogue import Route
from azserve.model.names import EndpointKey, ModelName, Region


class Language(StrEnum):
    """What a program is written in."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    CSHARP = "csharp"
    CURL = "curl"
    """A shell script that needs nothing else."""


class SnippetTask(StrEnum):
    """What a program shows, in the order of the tutorials."""

    INFO = "info"
    CHAT = "chat"
    STREAM = "stream"
    REASONING = "reasoning"
    JSON = "json"
    TOOLS = "tools"
    IMAGE = "image"
    CONTENT_FILTER = "content-filter"
    ENTRA = "entra"


class Client(StrEnum):
    """Whose client a program is written with; for curl, whose route it speaks."""

    AZURE_AI_INFERENCE = "azure-ai-inference"
    """The tutorials' own: the serverless route, and `/models` on Foundry."""
    OPENAI = "openai"
    """`/openai/v1`, on Foundry only."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A complete program."""

    endpoint: EndpointKey
    region: Region
    model: ModelName
    language: Language
    task: SnippetTask
    client: Client
    route: Route
    address: str
    """The base address that the program holds."""
    needs: tuple[str, ...]
    """Packages by the names of their registry; for curl, programs."""
    install: str
    """The command that installs them."""
    key_variable: str | None
    """Where the program reads its key; None where it signs in with Entra."""
    key_command: str | None
    """The command that fills that variable."""
    run: str
    """The command that runs the program."""
    file: str
    """A name for it."""
    program: str
