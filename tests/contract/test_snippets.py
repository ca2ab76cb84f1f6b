"""Client code for a fleet that stands: which endpoint it is for, what is refused, and what it prints when run.

Shell scripts are run here, and Python with the clients that are installed; `tests/clients` runs all of Python and
JavaScript in environments of their own.
"""

from __future__ import annotations

import ast
import json
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.snippet_fleet import SPEED, Fleet, deployed, shell_environment

from azserve.emulator.server import Emulator
from azserve.errors import ChecksFailed, ConfigurationError, Refused, Severity, UsageError
from azserve.model.snippet import Client, Language, SnippetTask
from azserve.verbs.snippet import CLIENTS, list_tasks

TASKS = tuple(SnippetTask)
ENDPOINTS = {
    SnippetTask.INFO: ("r1",),
    SnippetTask.CHAT: ("r1", "v32", "gpt"),
    SnippetTask.STREAM: ("r1", "v32", "gpt"),
    SnippetTask.REASONING: ("r1", "v32"),
    SnippetTask.JSON: ("v32", "gpt"),
    SnippetTask.TOOLS: ("v32", "gpt"),
    SnippetTask.IMAGE: ("gpt",),
    SnippetTask.CONTENT_FILTER: ("r1", "v32", "gpt"),
    SnippetTask.ENTRA: ("v32", "gpt"),
}
"""Who can do what, in the fleet of these tests."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(tls=True, speed=SPEED) as running:
        yield running


@pytest.fixture(scope="module")
def fleet(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with deployed(emulator, tmp_path_factory.mktemp("fleet"), "keys") as standing:
        yield standing


def clients(language: Language, endpoint: str) -> tuple[Client, ...]:
    return (Client.AZURE_AI_INFERENCE,) if endpoint == "r1" else CLIENTS[language]


ALL = [
    (language, task, endpoint, client)
    for language in Language
    for task in TASKS
    for endpoint in ENDPOINTS[task]
    for client in clients(language, endpoint)
]


def png(width: int, height: int) -> bytes:
    """Return a small image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xdc\x14\x1e" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_there_is_a_program_for_everything_an_endpoint_can_do(fleet: Fleet) -> None:
    for language, task, endpoint, client in ALL:
        made = fleet.snippet(language, task, endpoint, client)
        assert made.address.startswith(fleet.emulator.url)
        assert made.address in made.program
        assert fleet.keys[endpoint] not in made.program
        assert (made.key_variable is None) == (task is SnippetTask.ENTRA)


@pytest.mark.parametrize("language", Language)
def test_a_program_says_what_it_needs_where_its_key_comes_from_and_how_to_run_it(
    fleet: Fleet, language: Language
) -> None:
    made = fleet.snippet(language, SnippetTask.CHAT, "r1")
    head = made.program[: made.program.index("\n\n")]

    assert all(package in head for package in made.needs)
    assert made.key_command is not None
    assert made.key_command in head
    assert made.run in head
    assert "azure-sdk-for-java" in head


def test_every_python_program_is_python(fleet: Fleet) -> None:
    programs = [fleet.snippet(*one).program for one in ALL if one[0] is Language.PYTHON]

    for program in programs:
        compile(program, "snippet", "exec", ast.PyCF_ONLY_AST)
    assert len(programs) > 20


def test_every_javascript_program_is_javascript(fleet: Fleet, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not there")
    files = []
    for number, one in enumerate(one for one in ALL if one[0] is Language.JAVASCRIPT and one[2] != "gpt"):
        files.append(tmp_path / f"{number}.mjs")
        files[-1].write_text(fleet.snippet(*one).program)
    checks = "; ".join(f"node --check {file}" for file in files)
    done = subprocess.run(["sh", "-ec", checks], capture_output=True, text=True, timeout=100)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("language", "packages"),
    [
        (Language.PYTHON, {"azure-ai-inference": "azure.ai.inference", "openai": "openai",
                           "azure-identity": "azure.identity"}),
        (Language.JAVASCRIPT, {name: f'"{name}"' for name in
                               ("@azure-rest/ai-inference", "@azure/core-auth", "@azure/core-sse", "@azure/identity",
                                "openai")}),
        (Language.CSHARP, {name: f"using {name};" for name in ("Azure.AI.Inference", "Azure.Identity")}),
    ],
)  # fmt: skip
def test_a_program_imports_what_it_says_it_needs_and_nothing_else(
    fleet: Fleet, language: Language, packages: dict[str, str]
) -> None:
    for one in ALL:
        if one[0] is language:
            made = fleet.snippet(*one)
            code = made.program[made.program.index("\n\n") :]
            assert {name for name, used in packages.items() if used in code} == set(made.needs), one


# Shell scripts: every one of them is run.


def run_shell(fleet: Fleet, one: tuple[Language, SnippetTask, str, Client], folder: Path, *arguments: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not there")
    made = fleet.snippet(*one)
    file = folder / made.file
    file.write_text(made.program)
    done = subprocess.run(
        ["sh", file, *arguments], env=shell_environment(fleet, made), capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert done.returncode == 0, f"{made.program}\n{done.stdout}\n{done.stderr}"
    return done.stdout


SHELL = [(task, endpoint, client) for language, task, endpoint, client in ALL if language is Language.CURL]


@pytest.mark.parametrize(("task", "endpoint", "client"), [one for one in SHELL if one[0] is not SnippetTask.ENTRA])
def test_every_shell_script_shows_what_it_is_about(
    fleet: Fleet, tmp_path: Path, task: SnippetTask, endpoint: str, client: Client
) -> None:
    image = tmp_path / "photo.PNG"
    image.write_bytes(png(8, 4))
    arguments = [str(image)] if task is SnippetTask.IMAGE else []
    out = run_shell(fleet, (Language.CURL, task, endpoint, client), tmp_path, *arguments)

    match task:
        case SnippetTask.INFO:
            assert json.loads(out)["model_name"] == "DeepSeek-R1"
        case SnippetTask.CHAT:
            assert "7,000" in json.loads(out)["choices"][0]["message"]["content"]
        case SnippetTask.STREAM:
            assert out.count("\ndata: ") > 5
            assert out.rstrip().endswith("data: [DONE]")
        case SnippetTask.REASONING:
            message = json.loads(out)["choices"][0]["message"]
            aloud = endpoint == "r1"
            assert ("<think>" in message["content"] or "reasoning_content" in message) >= aloud
        case SnippetTask.JSON:
            assert json.loads(json.loads(out)["choices"][0]["message"]["content"])["answer"]
        case SnippetTask.TOOLS:
            first, second = map(json.loads, out.strip().split("\n"))
            assert first["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "get_flight_info"
            assert "train" in second["choices"][0]["message"]["content"]
        case SnippetTask.IMAGE:
            assert "8" in json.loads(out)["choices"][0]["message"]["content"]
        case SnippetTask.CONTENT_FILTER:
            said, _, body = out.partition("\n")
            assert said == "The prompt was filtered:"
            assert json.loads(body)["error"]["code"] == "content_filter"
        case SnippetTask.ENTRA:
            raise AssertionError(task)


def test_a_shell_script_signs_in_with_the_token_that_az_gives(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    az = tmp_path / "az"
    az.write_text(
        '#!/bin/sh\nset -eu\n[ "$1 $2 $3" = "account get-access-token --resource" ]\n'
        'curl --silent --fail -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" '
        '"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=$4" | sed \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/\'\n'
    )
    az.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/local/bin:/usr/bin:/bin")
    out = run_shell(fleet, (Language.CURL, SnippetTask.ENTRA, "v32", Client.OPENAI), tmp_path)

    assert "7,000" in json.loads(out)["choices"][0]["message"]["content"]


def test_a_shell_script_fails_with_the_service_s_words_where_it_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    made = fleet.snippet(Language.CURL, SnippetTask.CHAT, "r1")
    file = tmp_path / made.file
    file.write_text(made.program)
    environ = shell_environment(fleet, made) | {str(made.key_variable): "wrong"}
    done = subprocess.run(["sh", file], env=environ, capture_output=True, text=True, timeout=60)

    assert done.returncode == 22
    assert "401" in done.stderr


def test_a_shell_script_keeps_the_key_out_of_every_command_line(fleet: Fleet) -> None:
    for one in ALL:
        if one[0] is Language.CURL:
            program = fleet.snippet(*one).program
            code = program[program.index("\n\n") :]
            uses = [line for line in code.splitlines() if "$AZURE_INFERENCE_CREDENTIAL" in line]
            assert uses
            assert {line.split(" $")[0] for line in uses} <= {"Authorization: Bearer", "api-key:"}


# Python, with the clients that are installed here.


@pytest.mark.parametrize(
    ("task", "endpoint", "expected"),
    [
        (SnippetTask.CHAT, "r1", "Model: DeepSeek-R1"),
        (SnippetTask.STREAM, "v32", "7,000"),
        (SnippetTask.CONTENT_FILTER, "r1", "The prompt was filtered (content_filter)"),
        (SnippetTask.TOOLS, "gpt", "train"),
    ],
)
def test_a_python_program_prints_what_it_is_about(
    fleet: Fleet, tmp_path: Path, task: SnippetTask, endpoint: str, expected: str
) -> None:
    made = fleet.snippet(Language.PYTHON, task, endpoint)
    file = tmp_path / made.file
    file.write_text(fleet.over_tls(made.program))
    done = subprocess.run(
        [sys.executable, file], env=shell_environment(fleet, made), capture_output=True, text=True, timeout=100
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert expected in done.stdout


# Which endpoint, and what is refused.


def test_the_only_endpoint_that_can_is_taken(fleet: Fleet) -> None:
    assert fleet.ask(Language.CURL, SnippetTask.INFO)[0].snippet.endpoint == "r1"
    assert fleet.ask(Language.CURL, SnippetTask.IMAGE)[0].snippet.endpoint == "gpt"


def test_where_several_can_they_are_named(fleet: Fleet) -> None:
    with pytest.raises(UsageError, match="3 endpoints can do that: `r1`, `v32`, `gpt`") as raised:
        fleet.ask(Language.PYTHON)

    assert raised.value.code == "endpoint-ambiguous"
    assert "--endpoint r1" in str(raised.value.hint)


def test_an_endpoint_that_the_file_does_not_have_is_told_from_one_that_is_not_deployed(fleet: Fleet) -> None:
    with pytest.raises(UsageError) as unknown:
        fleet.ask(Language.PYTHON, endpoint="r2")
    with pytest.raises(ChecksFailed) as missing:
        fleet.ask(Language.PYTHON, endpoint="v32", region="westus3")

    assert unknown.value.code == "unknown-endpoint"
    assert unknown.value.hint == "it has `r1`, `v32`, `gpt`"
    assert missing.value.code == "nothing-deployed"


def test_the_first_region_is_taken_and_the_others_named(fleet: Fleet) -> None:
    result, problems = fleet.ask(Language.CURL, endpoint="r1")
    elsewhere, silent = fleet.ask(Language.CURL, endpoint="r1", region="westus3")

    assert result.snippet.region == "eastus2"
    assert [(each.code, each.severity) for each in problems] == [("other-regions", Severity.NOTE)]
    assert "`westus3`" in problems[0].message
    assert elsewhere.snippet.region == "westus3"
    assert silent == ()


@pytest.mark.parametrize(
    ("task", "endpoint", "reason"),
    [
        (SnippetTask.IMAGE, "r1", "`DeepSeek-R1` behind `r1` does not do `images`, as published"),
        (SnippetTask.TOOLS, "r1", "`DeepSeek-R1` behind `r1` does not do `tools`, as published"),
        (SnippetTask.JSON, "r1", "`DeepSeek-R1` behind `r1` does not do `json-object`, as published"),
        (SnippetTask.REASONING, "gpt", "`gpt-5-mini` behind `gpt` does not do `reasoning`, as published"),
        (SnippetTask.INFO, "gpt", "which has no /info route"),
        (SnippetTask.ENTRA, "r1", "`r1` takes keys only"),
    ],
)
def test_what_an_endpoint_cannot_do_is_refused_with_what_it_can(
    fleet: Fleet, task: SnippetTask, endpoint: str, reason: str
) -> None:
    with pytest.raises(Refused) as raised:
        fleet.ask(Language.PYTHON, task, endpoint)

    assert reason in raised.value.message
    assert f"`{endpoint}` can do" in str(raised.value.hint)
    assert f"`{task}`" not in str(raised.value.hint)


def test_a_client_without_a_route_to_the_endpoint_is_refused(fleet: Fleet) -> None:
    with pytest.raises(Refused, match="`openai` has no route to `r1`"):
        fleet.ask(Language.PYTHON, SnippetTask.CHAT, "r1", client=Client.OPENAI)
    with pytest.raises(UsageError, match="nothing is written for `openai` in csharp"):
        fleet.ask(Language.CSHARP, SnippetTask.CHAT, "gpt", client=Client.OPENAI)


def test_where_nothing_is_published_there_is_a_program_and_a_warning(fleet: Fleet) -> None:
    result, problems = fleet.ask(Language.PYTHON, SnippetTask.REASONING, "v32")

    assert "reasoning_content" in result.snippet.program
    assert [(each.code, each.severity) for each in problems] == [("trait-unknown", Severity.WARNING)]


def test_a_file_that_looks_like_an_option_is_run_as_a_file(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result, _ = fleet.ask(Language.PYTHON, endpoint="v32", out=Path("-c.py"))

    assert result.snippet.run == "python ./-c.py"
    assert "Run:    python ./-c.py" in result.snippet.program


def test_a_program_that_signs_in_names_the_key_of_the_file_that_gives_the_role(fleet: Fleet) -> None:
    result, _ = fleet.ask(Language.CURL, SnippetTask.ENTRA, "v32")

    assert "`foundry: {access: [...]}`" in result.snippet.program


def test_a_file_of_somebody_s_own_is_left_alone_unless_forced(fleet: Fleet, tmp_path: Path) -> None:
    out = tmp_path / "ask.py"
    result, _ = fleet.ask(Language.PYTHON, endpoint="v32", out=out)
    assert out.read_text() == result.snippet.program
    assert "python ask.py" in result.snippet.program
    assert result.snippet.run == f"python {out}"
    assert fleet.ask(Language.PYTHON, endpoint="v32", out=out)[0].written == out

    out.write_text("mine")
    with pytest.raises(ConfigurationError, match="is there already"):
        fleet.ask(Language.PYTHON, endpoint="v32", out=out)
    assert out.read_text() == "mine"

    fleet.ask(Language.PYTHON, endpoint="v32", out=out, force=True)
    assert out.read_text() == result.snippet.program


def test_an_endpoint_that_takes_tokens_only_is_spoken_to_with_tokens(emulator: Emulator, tmp_path: Path) -> None:
    with deployed(emulator, tmp_path, "tokens") as keyless:
        for language in Language:
            made = keyless.snippet(language, SnippetTask.CHAT, "phi")
            assert "`serverless: {access: [...]}`" in made.program
            assert made.key_variable is None
            assert "ml.azure.com" in made.program
            assert "AzureKeyCredential" not in made.program


def test_a_filter_that_was_switched_off_is_told(emulator: Emulator, tmp_path: Path) -> None:
    with deployed(emulator, tmp_path, "tokens") as unfiltered:
        _, problems = unfiltered.ask(Language.CURL, SnippetTask.CONTENT_FILTER, "raw")

    assert [(each.code, each.severity) for each in problems] == [("unfiltered", Severity.WARNING)]


def test_a_model_that_only_embeds_is_refused_everything(emulator: Emulator, tmp_path: Path) -> None:
    with deployed(emulator, tmp_path, "vectors") as embeds, pytest.raises(Refused) as raised:
        embeds.ask(Language.CURL)

    assert raised.value.message == "`embed-v-4-0` behind `e` does not do `chat`, as published"
    assert raised.value.hint == "nothing is written for what `e` does"


def test_every_task_is_listed_with_what_it_needs() -> None:
    listed = list_tasks()

    assert [row.task for row in listed.tasks] == list(SnippetTask)
    assert {row.task: row.needs for row in listed.tasks}[SnippetTask.TOOLS] == ("chat", "tools")
