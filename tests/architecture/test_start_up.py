"""Start-up is a feature: a command imports what it needs and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("azure", "httpx2", "jinja2", "rich", "pydantic", "starlette", "uvicorn", "yaml", "jmespath", "trustme")


def loaded_after(*argv: str) -> set[str]:
    """Return the top-level packages a fresh interpreter has loaded after running a command line."""
    program = (
        "import sys, io\n"
        "from azserve.cli.main import main\n"
        "from azserve.cli.streams import Streams\n"
        f"code = main({list(argv)!r}, Streams(io.StringIO(), io.StringIO(), {{}}))\n"
        "print(code, *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    code, *names = done.stdout.split()
    assert code in {"0", "2"}, done
    return set(names)


@pytest.mark.parametrize("argv", [("--help",), ("--version",), ("deploy", "--help"), ("plam",)], ids=" ".join)
def test_saying_what_there_is_imports_nothing_heavy(argv: tuple[str, ...]) -> None:
    assert loaded_after(*argv).intersection(HEAVY) == set()


@pytest.mark.parametrize(
    "room",
    [
        "surveying",
        "planning",
        "deploying",
        "verifying",
        "chatting",
        "reporting",
        "azure",
        "inference",
        "emulator",
        "catalogue",
    ],
)
def test_naming_a_room_imports_nothing_heavy(room: str) -> None:
    program = f"import sys, azserve.{room}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()).intersection(HEAVY) == set()
