"""The file, the environment variables and the flags, to one frozen `Settings`, once.

    files       the one place that reads a file
    reading     YAML events to a tree that remembers places; depth and size are bounded here
    variables   `${NAME}` in scalars, once
    overrides   flag > `AZSERVE_*` > file > `AZURE_*` > default
    shape       what keys there are (pydantic; also the JSON Schema), surroundings: those around a host,
                rules: what single values must be
    meaning     what keys mean together, hosting: an endpoint's own, hosts: a host's; complaints: how all of it is said
    building    to `Settings`;  origins: where each value came from;  starter: what `azserve init` writes
    ad_hoc      settings for a model that somebody asks about without a file

Everything wrong is said at once: what does not fit the shape is complained about and left out, and the rest is
looked at as if it were whole. Environments that were not asked for are checked too, as far as their own overlay
goes and without needing their variables, so that a slip in `prod` shows while working on `dev`.

Rejected: ruamel (slower to import, and its round trip is not needed), composing with the YAML library (crashes on deep
nesting; see `reading`), pydantic-settings (cannot tell places), JSON Schema as the validator (its messages name the
schema's rules, not the file's mistake), and default environments (a deploy to the wrong one costs more than `-e`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from azserve.config.request import ConfigRequest
from azserve.config.starter import starter_text

if TYPE_CHECKING:
    from azserve.model.catalogue import Catalogue
    from azserve.model.json import JsonObject
    from azserve.model.resolved import ResolvedDocument
    from azserve.model.settings import Settings

__all__ = ["ConfigRequest", "explain_origins", "json_schema", "load", "starter_text"]


def load(request: ConfigRequest) -> Settings:
    """Return the settings; raises ConfigurationError that holds every problem found."""
    from azserve.config.loading import load_settings

    return load_settings(request).settings


def explain_origins(request: ConfigRequest) -> ResolvedDocument:
    """Return the resolved file with the origin of each value; raises as `load` does."""
    from azserve.config.origins import resolved_document

    return resolved_document(request)


def json_schema(catalogue: Catalogue | None = None) -> JsonObject:
    """Return the file's JSON Schema for editors, which offers the catalogue's models and regions by name."""
    from azserve.catalogue import load_catalogue
    from azserve.config.schema import file_schema

    return file_schema(catalogue or load_catalogue())
