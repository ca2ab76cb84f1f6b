"""What stands around a host: its sections' shapes. Part of `shape`, which has the rest of the file."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from azserve.config.rules import (
    BlocklistName,
    BlocklistPattern,
    BlocklistTerm,
    Flag,
    Level,
    LogsWord,
    LogWorkspaceId,
    ProjectId,
    refuse,
)


class Shape(BaseModel):
    """Closed maps of text: an unknown key is a problem, and a number where text is wanted is that number's text."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, frozen=True)


class ConnectionShape(Shape):
    """A project of yours, anywhere, that is to use the fleet's serverless endpoints."""

    project: ProjectId = Field(description="Resource id of the project; `{fleet} {env} {region}` are filled in.")
    endpoints: tuple[str, ...] = Field(default=(), description="Which endpoints; all unless said.")


class DiagnosticsShape(Shape):
    """Where the host's logs go."""

    workspace: LogWorkspaceId = Field(
        description="Resource id of a Log Analytics workspace; `{fleet} {env} {region}` are filled in."
    )
    logs: LogsWord = Field(default="all", description="`all` logs, or only the `audit` ones.")
    metrics: Flag = Field(default=True, description="Whether metrics go there, too.")

    @model_validator(mode="before")
    @classmethod
    def spell_out(cls, value: Any) -> Any:  # noqa: ANN401  what a file may hold
        """An id alone is the workspace."""
        if isinstance(value, str):
            return {"workspace": value}
        if not isinstance(value, dict):
            raise refuse("wrong-type", "be a workspace's id, or a map with `workspace`")
        return value


class FilterShape(Shape):
    """A content filter of your own, for prompts and completions alike."""

    severity: Level = Field(default="medium", description="From which severity on is blocked, where nothing else is.")
    hate: Level | None = None
    sexual: Level | None = None
    violence: Level | None = None
    self_harm: Level | None = None
    blocklists: tuple[str, ...] = Field(default=(), description="Blocklists of `foundry.blocklists` that it uses.")


class BlocklistShape(Shape):
    """Words that a filter blocks."""

    description: str = ""
    terms: tuple[BlocklistTerm, ...] = Field(default=(), description="Found as they are.")
    patterns: tuple[BlocklistPattern, ...] = Field(default=(), description="Regular expressions.")


Filters = dict[BlocklistName, FilterShape]
Blocklists = dict[BlocklistName, BlocklistShape]
