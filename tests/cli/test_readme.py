"""README is true: its console blocks are run, in order, and print what it says they print."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import REPOSITORY, steady

from azserve.cli.group import VERBS

README = (REPOSITORY / "README.md").read_text()
MAKEFILE = (REPOSITORY / "Makefile").read_text()
ELSEWHERE = ("make ", "git clone", "cd azserve", "pip install", "python -m venv", ". .venv", "#")
"""What `sh` blocks may hold: commands for a newcomer's own machine, which is what CI itself is."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def sessions() -> list[tuple[str, str]]:
    """Return (command, expected output) of every console block, in README's order."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = command[:-1] + more.removeprefix("> ")
            found.append((command, output))
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether output is as README shows it; a line `…` stands for any lines, `…` in a line for any text."""
    pattern = ""
    for line in steady(expected).splitlines():
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += re.sub(r"(\\ )+", r"\\s+", re.escape(line.strip())).replace("…", r".*") + r"\s*\n"
    squeezed = "".join(line.strip() + "\n" for line in steady(printed).splitlines())
    return re.fullmatch(pattern, squeezed) is not None


@pytest.mark.timeout(600)
def test_every_console_block_prints_what_readme_says(
    environment: dict[str, str], local: Mapping[str, str], tmp_path: Path
) -> None:
    """One test, because each command meets what the one before it left."""
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    (tmp_path / "src").symlink_to(REPOSITORY / "src")
    env = {**environment, **local}
    del env["AZSERVE_CONFIG"]
    for command, expected in sessions():
        done = subprocess.run(
            ["sh", "-c", command], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=100
        )  # fmt: skip
        export = re.fullmatch(r"export (\w+)=(\S+)", command)
        if export:
            env[export[1]] = export[2]
        printed = done.stderr + done.stdout
        assert matches(expected, printed), f"$ {command}\n{steady(printed)}\nREADME says:\n{steady(expected)}"


def test_shell_blocks_hold_only_what_is_run_elsewhere() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.strip()]

    assert [line for line in lines if not line.startswith(ELSEWHERE)] == []


def test_every_make_target_readme_names_exists() -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))

    assert named
    assert [target for target in named if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_readme(verb: str) -> None:
    assert f"`{verb}" in README


def test_the_check_sees_output_that_differs() -> None:
    assert matches("a\n…\nd 4\n", "a\nb\nc\nd   4\n")
    assert matches("took 0.4 s\n", "took 12.9 s\n")
    assert not matches("a\nb\n", "a\nc\n")
    assert not matches("a\n", "a\nb\n")


def test_commands_split_as_a_shell_would() -> None:
    assert all(shlex.split(command) for command, _ in sessions())
