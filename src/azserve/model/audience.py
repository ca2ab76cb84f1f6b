"""Whom a token for a deployed model must be for."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from azserve.model.catalogue import Hosting
from azserve.model.endpoint import Endpoint

AUDIENCES: Mapping[Hosting, str] = {
    Hosting.SERVERLESS: "https://ml.azure",
    Hosting.FOUNDRY: "https://cognitiveservices.azure",
}
"""Whom a token must be for, without the cloud's ending. Serverless: the specification's; a report of 2026-03 also saw
the other one accepted."""
ENDINGS = {".azure.us": ".us", ".azure.cn": ".cn"}
"""Of hosts in the clouds that are not the public one (inferred: audiences end as hosts do)."""


def audience_of(endpoint: Endpoint) -> str:
    """Return whom a token for this endpoint must be for."""
    host = urlsplit(endpoint.uri).hostname or ""
    ending = next((ending for of_host, ending in ENDINGS.items() if host.endswith(of_host)), ".com")
    return AUDIENCES[endpoint.hosting] + ending
