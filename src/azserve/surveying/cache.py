"""What earlier runs have read, kept in the user's cache folder: model lists and quota, each with the time it was read.

Only lists that are the same for everybody who may read them are kept, and only what a survey names: never what a fleet
has, never rights, never a name's availability, and nothing of a local cloud, whose worlds come and go.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from azserve.model.as_json import Unreadable, read, written
from azserve.model.facts import Location, OfferedModel, QuotaPool

SCHEMA: Final = "azserve/survey-cache/v1"
MAX_AGE: Final = timedelta(minutes=5)
"""By default. Quota moves whenever anybody deploys."""
KINDS: Final[Mapping[str, Any]] = {
    "models": tuple[OfferedModel, ...],
    "pools": tuple[QuotaPool, ...],
    "compute": tuple[QuotaPool, ...],
    "locations": tuple[Location, ...],
}
"""What is kept, by the first part of its name."""


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder: below XDG_CACHE_HOME where that is set, as the specification of 2021-05-08 has it."""
    base = environ.get("XDG_CACHE_HOME") or environ.get("LOCALAPPDATA")
    home = environ.get("HOME") or environ.get("USERPROFILE") or tempfile.gettempdir()
    return (Path(base) if base else Path(home) / ".cache") / "azserve" / "survey"


class FolderKeeper:
    """surveying.reads.Keeper over a folder; a file that cannot be read, or is not ours, is as good as none."""

    def __init__(self, folder: Path, cloud: str, now: Callable[[], datetime], max_age: timedelta = MAX_AGE) -> None:
        """`cloud` is the manager's address, for subscriptions of two clouds may share an id. Age 0 only keeps."""
        self._folder = folder
        self._cloud = cloud
        self._now = now
        self._max_age = max_age

    def recall(self, name: str) -> tuple[object, datetime] | None:
        """Return a kept answer and when it was read, None where there is none that is young enough."""
        try:
            document = json.loads(self._path(name).read_text(encoding="utf-8"))
            if document["schema"] != SCHEMA or document["name"] != name or document["cloud"] != self._cloud:
                return None
            read_at = datetime.fromisoformat(document["read_at"])
            if not timedelta(0) <= self._now() - read_at < self._max_age:
                return None
            return read(_kind(name), document["value"], "value"), read_at
        except (OSError, ValueError, LookupError, TypeError, Unreadable):
            return None

    def keep(self, name: str, value: object, read_at: datetime) -> None:
        """Keep an answer for later runs, in a file that only the user can read."""
        document = {
            "schema": SCHEMA,
            "cloud": self._cloud,
            "name": name,
            "read_at": read_at.isoformat(),
            "value": written(value),
        }
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=self._folder, suffix=".new")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(document, file, ensure_ascii=False, separators=(",", ":"))
                Path(path).replace(self._path(name))
            finally:
                Path(path).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / (hashlib.sha256(f"{self._cloud}\n{name}".encode()).hexdigest()[:32] + ".json")


def _kind(name: str) -> Any:  # noqa: ANN401
    return KINDS[name.partition("/")[0]]
