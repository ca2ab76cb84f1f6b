"""What a load is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from azserve.model.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class ConfigRequest:
    """Everything that settings come from."""

    catalogue: Catalogue
    path: Path | None = None
    """None: `AZSERVE_CONFIG`, or `azserve.yaml` in the working directory."""
    environment: str | None = None
    """`-e`; None: `AZSERVE_ENV`."""
    flags: Mapping[str, str] = field(default_factory=dict)
    """Options that stand over the file, by the file's key: `cloud`, `subscription`, `tenant`, `templates`."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """The process's environment variables. An empty one counts as absent."""

    def variable(self, name: str) -> str | None:
        """Return an environment variable, None where it is absent or empty."""
        return self.environ.get(name) or None

    @property
    def file(self) -> Path:
        """The file to read."""
        return self.path or Path(self.variable("AZSERVE_CONFIG") or "azserve.yaml")
