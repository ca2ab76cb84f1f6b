"""README's recipes for other people's clients are run as they stand there, in one session."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.clients.conftest import REPOSITORY, Done, Shell

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

CHAPTER = re.search(r"^## The local Azure\n(.*?)^## ", (REPOSITORY / "README.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def recipes() -> str:
    assert CHAPTER is not None
    return "\n".join(re.findall(r"^```bash\n(.*?)^```$", CHAPTER[1], re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def session(
    recipes: str, azure_cli: Path, python: Path, node_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Done:
    """All recipes, one after the other, in a shell of `azserve emulator exec --tls`."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not there")
    folder = tmp_path_factory.mktemp("recipes")
    (folder / "node_modules").symlink_to(node_project / "node_modules")
    programs = folder / "bin"
    programs.mkdir()
    for program in (azure_cli, python):
        (programs / program.name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        (programs / program.name).chmod(0o755)
    environ = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), "PYTHONUTF8": "1",
        "PYTHONPATH": str(REPOSITORY / "src"),
    }  # fmt: skip
    return Shell(environ, folder).run(
        sys.executable, "-m", "azserve", "emulator", "exec", "--tls", "--speed", "20", "--", "bash", "-euo", "pipefail",
        "-c", recipes, timeout_s=600,
    )  # fmt: skip


def test_every_recipe_works(session: Done) -> None:
    assert session.code == 0, f"{session.out}\n{session.err}"


def test_every_recipe_that_asks_a_model_hears_its_answer(session: Done) -> None:
    assert session.out.count("7,000") >= 4


@pytest.mark.parametrize("program", ["az ", "azure.identity", "azure.mgmt", "azure.ai.ml", "openai", "node ", "curl "])
def test_there_is_a_recipe_for_each_client(recipes: str, program: str) -> None:
    assert program in recipes
