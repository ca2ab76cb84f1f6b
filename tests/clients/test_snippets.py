"""The programs that `azserve snippet` hands out, run as they are with the clients they name, over TLS.

All of Python and JavaScript, and the shell scripts that need the Azure CLI; the other shell scripts are run by
`tests/contract/test_snippets.py`, and C# is read there where no compiler is (`tests/unit/rendering`).
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.snippet_fleet import SPEED, Fleet, deployed, shell_environment
from tests.contract.test_snippets import ALL, png

from azserve.emulator.server import Emulator
from azserve.model.snippet import Client, Language, Snippet, SnippetTask

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

QUESTION_TOKENS = {"Prompt", "Total", "Completion"}
RUN = [one for one in ALL if one[0] in {Language.PYTHON, Language.JAVASCRIPT}]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(tls=True, speed=SPEED) as running:
        yield running


@pytest.fixture(scope="module")
def fleet(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with deployed(emulator, tmp_path_factory.mktemp("fleet"), "keys") as standing:
        yield standing


@pytest.fixture(scope="module")
def keyless(emulator: Emulator, fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with deployed(emulator, tmp_path_factory.mktemp("keyless"), "tokens") as standing:
        yield standing


def run(fleet: Fleet, made: Snippet, python: Path, node_project: Path, *arguments: str) -> str:
    """Run a program in a folder with its packages, and return what it printed."""
    folder = node_project if made.language is Language.JAVASCRIPT else python.parent
    program = "node" if made.language is Language.JAVASCRIPT else str(python)
    file = folder / f"snippet-{made.endpoint}-{made.client}-{made.file}"
    file.write_text(fleet.over_tls(made.program))
    try:
        done = subprocess.run(
            [program, str(file), *arguments], env=shell_environment(fleet, made), capture_output=True, text=True,
            timeout=100,
        )  # fmt: skip
    finally:
        file.unlink()
    assert (done.returncode, done.stderr) == (0, ""), f"{made.program}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def usage_of(out: str) -> dict[str, int]:
    """Return the tokens that a program printed, as the tutorials print them."""
    return {name: int(number) for name, number in re.findall(r"^\t(\w+) tokens: (\d+)$", out, re.MULTILINE)}


def check(task: SnippetTask, endpoint: str, client: Client, out: str) -> None:
    """Compare what a program printed with what the tutorials show."""
    thinks = endpoint == "r1"
    model = {"r1": "DeepSeek-R1", "v32": "DeepSeek-V3.2", "gpt": "gpt-5-mini"}[endpoint]
    match task:
        case SnippetTask.INFO:
            assert out == (
                "Model name: DeepSeek-R1\nModel type: chat-completions\nModel provider name: DeepSeek\n"
            )  # fmt: skip
        case SnippetTask.CHAT | SnippetTask.ENTRA:
            assert out.startswith("Response: ")
            assert ("<think>" in out) == thinks
            assert "7,000" in out
            assert f"Model: {model}\n" in out
            used = usage_of(out)
            assert set(used) == QUESTION_TOKENS
            assert used["Total"] == used["Prompt"] + used["Completion"]
        case SnippetTask.STREAM:
            assert "7,000" in out
            assert "<think>" not in out
            assert "undefined" not in out
            assert "None" not in out
            assert ("Total tokens: " in out) == (client is Client.OPENAI)
        case SnippetTask.REASONING:
            assert "Answer: " in out
            assert "<think>" not in out
            assert ("Thinking: Okay" in out) >= thinks
            assert set(usage_of(out)) == QUESTION_TOKENS
        case SnippetTask.JSON:
            assert re.fullmatch(r"Answer: \S[^\n]*\n", out)
        case SnippetTask.TOOLS:
            assert "Calling get_flight_info with" in out
            assert "Miami" in out
            assert "Seattle" in out
            assert "train" in out[out.index("Response: ") :]
        case SnippetTask.IMAGE:
            assert re.search(r"Response: .*\b8\b.*\b4\b", out, re.DOTALL)
            assert set(usage_of(out)) == QUESTION_TOKENS
        case SnippetTask.CONTENT_FILTER:
            assert out.startswith("The prompt was filtered (content_filter): ")


@pytest.mark.parametrize(("language", "task", "endpoint", "client"), RUN)
def test_a_program_prints_what_it_is_about(
    fleet: Fleet, python: Path, node_project: Path, tmp_path: Path,
    language: Language, task: SnippetTask, endpoint: str, client: Client,
) -> None:  # fmt: skip
    image = tmp_path / "photo.png"
    image.write_bytes(png(8, 4))
    arguments = [str(image)] if task is SnippetTask.IMAGE else []
    made = fleet.snippet(language, task, endpoint, client)

    check(task, endpoint, client, run(fleet, made, python, node_project, *arguments))


@pytest.mark.parametrize("language", [Language.PYTHON, Language.JAVASCRIPT])
@pytest.mark.parametrize("task", [SnippetTask.INFO, SnippetTask.CHAT, SnippetTask.STREAM, SnippetTask.ENTRA])
def test_a_serverless_endpoint_that_takes_tokens_only_answers_a_program(
    keyless: Fleet, python: Path, node_project: Path, language: Language, task: SnippetTask
) -> None:
    out = run(keyless, keyless.snippet(language, task, "phi"), python, node_project)

    assert ("Phi-4" if task is SnippetTask.INFO else "7,000") in out


@pytest.mark.parametrize("language", [Language.PYTHON, Language.JAVASCRIPT])
def test_a_file_that_is_no_image_is_refused_by_the_program(
    fleet: Fleet, python: Path, node_project: Path, language: Language, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    made = fleet.snippet(language, SnippetTask.IMAGE, "gpt")

    with pytest.raises(AssertionError, match="image"):
        run(fleet, made, python, node_project, str(tmp_path / "notes.txt"))


def test_a_shell_script_signs_in_with_the_azure_cli(fleet: Fleet, azure_cli: Path, tmp_path: Path) -> None:
    made = fleet.snippet(Language.CURL, SnippetTask.ENTRA, "v32", Client.OPENAI)
    (tmp_path / made.file).write_text(fleet.over_tls(made.program))
    environ = shell_environment(fleet, made) | {"HOME": str(tmp_path)}
    environ["PATH"] = f"{azure_cli.parent}:{environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", f"az login --identity --output none && sh {made.file}"], cwd=tmp_path, env=environ,
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "7,000" in json.loads(done.stdout)["choices"][0]["message"]["content"]
