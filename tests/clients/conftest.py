"""Somebody else's clients, each in an environment of its own, driven against one local Azure with TLS.

`make clients` runs these; plain `pytest` leaves them out. Environments are built once, below `.clients/` at the
repository's root, from files with every version pinned, and are named after what they were built from. Where one cannot
be built, its tests are skipped with the reason; `make clients`, which says `AZSERVE_CLIENTS=required`, has them fail.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from azserve.emulator.server import Emulator

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
CACHE = REPOSITORY / ".clients"
SPEED = 20.0
_BUILD_S = 900


def _cannot_be_built(name: str, reason: str) -> NoReturn:
    """Fail where the clients are required, as in CI: there a skip would pass for having been driven."""
    said = f"the environment `{name}` cannot be built: {reason}"
    if os.environ.get("AZSERVE_CLIENTS") == "required":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def _built(name: str, pinned: Path, build: Callable[[Path], None]) -> Path:
    """Return the folder of an environment, built if need be."""
    stamp = hashlib.sha256(pinned.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"{name}-{stamp}"
    ready = folder / ".ready"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other worker may want the same
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                build(folder)
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", None) or str(error)
                _cannot_be_built(name, said.strip()[-600:])
            ready.touch()
    return folder


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(
        [str(part) for part in command], cwd=cwd, check=True, capture_output=True, text=True, timeout=_BUILD_S
    )


def _venv(name: str) -> Path:
    """Return the folder of programs of a virtual environment with what `environments/NAME.txt` lists."""
    pinned = HERE / "environments" / f"{name}.txt"

    def build(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", folder)
        _run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pinned)

    return _built(name, pinned, build) / "bin"


@dataclass(frozen=True)
class Done:
    """A program that ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """What it wrote to stdout, as JSON."""
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.err}"
        return json.loads(self.out) if self.out.strip() else None


@dataclass(frozen=True)
class Shell:
    """Runs programs in the environment that the local Azure says to set, and in nothing else of this machine's."""

    environ: Mapping[str, str]
    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)

    def run(self, *command: str | Path, timeout_s: float = 100) -> Done:
        done = subprocess.run(
            [str(part) for part in command], env={**self.environ, **self.more}, cwd=self.folder, timeout=timeout_s,
            capture_output=True, text=True,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A local Azure with TLS, its clock fast."""
    with Emulator(tls=True, speed=SPEED) as running:
        yield running


@pytest.fixture(scope="module")
def shell(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell of a user who has exported what `azserve emulator run --tls` prints."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return Shell({**kept, "HOME": str(home), "PYTHONUTF8": "1", **emulator.environment()}, home)


@pytest.fixture(scope="session")
def azure_cli() -> Path:
    """The Azure CLI."""
    return _venv("azure-cli") / "az"


@pytest.fixture(scope="session")
def python() -> Path:
    """A Python with Azure's SDKs and the OpenAI client."""
    return _venv("python") / "python"


@pytest.fixture(scope="session")
def node_project() -> Path:
    """A folder with the JavaScript clients installed."""
    if shutil.which("npm") is None:
        _cannot_be_built("node", "npm is not there")
    source = HERE / "environments" / "node"

    def build(folder: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        _run("npm", "ci", "--silent", "--no-audit", "--no-fund", cwd=folder)

    return _built("node", source / "package-lock.json", build)


Steps = Mapping[str, Any]
"""What a script told, by step."""


@pytest.fixture(scope="module")
def told(shell: Shell, python: Path) -> Callable[..., Steps]:
    """Run a script of `scripts/` and return what each of its steps told."""

    def run(name: str, *arguments: str, more: Mapping[str, str] | None = None) -> Steps:
        environ = Shell(shell.environ, shell.folder, {"PYTHONPATH": str(REPOSITORY), **(more or {})})
        done = environ.run(python, HERE / "scripts" / name, *arguments)
        assert done.code == 0, f"{done.out}\n{done.err}"
        lines = [json.loads(line) for line in done.out.splitlines() if line.startswith('{"step"')]
        return {line["step"]: line["told"] for line in lines}

    return run
