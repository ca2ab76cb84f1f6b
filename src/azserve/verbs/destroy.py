"""`azserve destroy`: remove what this fleet and environment made."""

from __future__ import annotations

from azserve.deploying import DestroyRequest
from azserve.deploying import destroy as remove
from azserve.model.progress import Progress, silent
from azserve.model.results import DestroyResult
from azserve.verbs.ports import AzurePorts


def destroy(request: DestroyRequest, azure: AzurePorts, progress: Progress = silent) -> DestroyResult:
    """Delete everything that carries the fleet's tag, and nothing else; refusals are in the result."""
    return remove(request, azure.reader, azure.removal, progress)
