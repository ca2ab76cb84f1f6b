"""`azserve chat`, as a person at a terminal and as a pipe use it."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from tests.cli.conftest import Azserve, Done
from tests.cli.terminal import CTRL_C, CTRL_D, Terminal
from tests.unit.chatting.test_attachments import png

from azserve.cli.main import main
from azserve.cli.streams import Streams
from azserve.emulator.server import Emulator

FILE = """
fleet: talk
regions: [eastus2]
endpoints:
  r1: {model: DeepSeek-R1, hosting: serverless}
  o4: {model: gpt-4o, version: "2024-11-20", sku: GlobalStandard, capacity: 50}
  vec: {model: embed-v-4-0, version: "1", sku: GlobalStandard, capacity: 50}
"""
LANGUAGES = "How many languages are in the world?"
Talking = Callable[..., Done]
Sit = Callable[..., Terminal]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Path:
    """A folder whose fleet stands."""
    folder = tmp_path_factory.mktemp("talk")
    (folder / "azserve.yaml").write_text(FILE)
    (folder / "cat.png").write_bytes(png())
    env = {**os.environ, **emulator.environment(), "NO_COLOR": "1"}
    subprocess.run([sys.executable, "-m", "azserve", "deploy", "-q"], env=env, cwd=folder, check=True)
    return folder


@pytest.fixture
def talk(emulator: Emulator, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talking]:
    """Run `azserve chat …` in that folder and this process; faults and mutants are undone afterwards."""
    environ = {**emulator.environment(), "NO_COLOR": "1"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)

    def run(*argv: str, stdin: str = "") -> Done:
        out, err = io.StringIO(), io.StringIO()
        code = main(["chat", *argv], Streams(out, err, environ, io.StringIO(stdin)))
        return Done(code, out.getvalue(), err.getvalue())

    yield run
    admin(emulator, "DELETE", "faults", None)
    admin(emulator, "PUT", "scenario", {})


@pytest.fixture
def sit(emulator: Emulator, folder: Path, environment: dict[str, str]) -> Iterator[Sit]:
    """Sit down at a terminal with `azserve chat …` on it."""
    env = {**environment, **emulator.environment(), "TERM": "xterm"}
    del env["NO_COLOR"]

    def begin(*argv: str, **more: str) -> Terminal:
        return Terminal(["chat", *argv], env={**env, **more}, cwd=folder)

    yield begin
    admin(emulator, "DELETE", "faults", None)


def admin(emulator: Emulator, method: str, what: str, body: object) -> None:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{emulator.url}/_emulator/{what}", method=method, data=data)):
        pass


def put_fault(emulator: Emulator, **fault: object) -> None:
    rule = {"match": {"path": "*chat/completions*"}, **fault}
    admin(emulator, "PUT", "faults", {"rules": [rule]})


def sent(emulator: Emulator) -> int:
    """Return how many questions models were asked."""
    with urlopen(f"{emulator.url}/_emulator/requests") as answer:
        return sum("chat/completions" in each["path"] for each in json.load(answer)["value"])


def test_from_a_pipe_it_prints_the_answer_alone(
    talk: Talking, azserve: Azserve, emulator: Emulator, folder: Path
) -> None:
    """As a process: what a pipe holds is bytes."""
    done = azserve("chat", "--endpoint", "r1", env=emulator.environment(), cwd=folder, stdin=f"{LANGUAGES}\n")

    assert done.code == 0, done
    assert done.out.startswith("The exact number of languages")
    assert done.out.count("\n") == 1
    assert "eastus2/r1 DeepSeek-R1: 11 + 886 tokens, first after " in done.err


def test_quiet_says_nothing_but_the_answer(talk: Talking) -> None:
    assert talk("--endpoint", "r1", "-q", LANGUAGES).err == ""


def test_a_document_is_one(talk: Talking) -> None:
    done = talk("--endpoint", "r1", "-o", "json", LANGUAGES)

    document = json.loads(done.out)
    result = document["result"]
    assert (document["schema"], document["ok"], document["problems"]) == ("azserve/chat/v1", True, [])
    assert (result["endpoint"], result["region"], result["turns"]) == ("r1", "eastus2", 1)
    assert result["answer"]["thinking"].startswith("Okay, the user is asking")
    assert result["answer"]["usage"] == {"prompt_tokens": 11, "completion_tokens": 886, "total_tokens": 897}


def test_a_query_finds_the_answer(talk: Talking) -> None:
    done = talk("--endpoint", "r1", "--query", "answer.usage.total_tokens", "-o", "tsv", LANGUAGES)

    assert (done.code, done.out) == (0, "897\n")


@pytest.mark.parametrize(
    ("argv", "stdin", "code", "words"),
    [
        (("hi",), "", 2, "there are 2 endpoints to talk to: `r1` (DeepSeek-R1 in eastus2), `o4` (gpt-4o in eastus2)"),
        (("--endpoint", "r2", "hi"), "", 2, "the file has no endpoint `r2`\n\nhint: it has `r1`, `o4`, `vec`"),
        (("--endpoint", "r1", "--region", "mars", "hi"), "", 2, "no region `mars` is known"),
        (("--endpoint", "r1", "--region", "westus3", "hi"), "", 1, "has no endpoint in Azure that was asked for"),
        (("--endpoint", "r1"), "", 2, "nothing was asked"),
        (("--endpoint", "r1", "  "), "", 2, "nothing was asked"),
        (("--endpoint", "r1", "--file", "-"), "text", 2, "nothing was asked"),
        (("--endpoint", "r1", "--file", "nope.txt", "hi"), "", 2, "`nope.txt` cannot be read: no such file"),
        (("--endpoint", "r1", "--file", "cat.png", "hi"), "", 2, "`cat.png` is not text in UTF-8"),
        (("--endpoint", "o4", "--image", "azserve.yaml", "hi"), "", 2, "`azserve.yaml` is not an image"),
        (("--endpoint", "r1", "--image", "cat.png", "hi"), "", 2, "`DeepSeek-R1` reads text only, as published"),
        (("--endpoint", "r1", "--json", "hi"), "", 2, "`DeepSeek-R1` has no JSON mode"),
        (("--endpoint", "vec", "hi"), "", 2, "`embed-v-4-0` does not chat"),
        (("--endpoint", "r1", "--save", "azserve.yaml", "hi"), "", 3, "`azserve.yaml` does not hold a conversation"),
        (("--endpoint", "r1", "--save", "cat.png/t.json", "hi"), "", 3, "could not be written to `cat.png/t.json`"),
    ],
    ids=lambda each: " ".join(each[-3:]) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_asked_is_said_before_any_model_is(
    talk: Talking, emulator: Emulator, argv: tuple[str, ...], stdin: str, code: int, words: str
) -> None:
    before = sent(emulator)

    done = talk(*argv, stdin=stdin)

    assert done.code == code, done
    assert words in done.err
    assert done.out == ""
    assert sent(emulator) == before


def test_a_file_and_what_is_piped_in_go_along(talk: Talking, emulator: Emulator, folder: Path) -> None:
    (folder / "notes.md").write_text("My name is Ada.")

    done = talk("--endpoint", "o4", "--file", "-", "--file", "notes.md", "-q", "Say it.", stdin="piped text")

    assert done.code == 0, done


def test_an_image_is_seen_by_a_model_that_sees(talk: Talking) -> None:
    done = talk("--endpoint", "o4", "--image", "cat.png", "-q", "What is in this image?")

    assert done.code == 0, done
    assert "PNG" in done.out


def test_json_is_json(talk: Talking) -> None:
    done = talk("--endpoint", "o4", "--json", "-q", "Three colours.")

    assert done.code == 0, done
    assert isinstance(json.loads(done.out), dict)


def test_json_that_is_none_ends_in_one(talk: Talking, emulator: Emulator) -> None:
    admin(emulator, "PUT", "scenario", {"mutant": "garbage-json"})

    done = talk("--endpoint", "o4", "--json", "Three colours.")

    assert done.code == 1, done
    assert "the answer is not one JSON object" in done.err


def test_a_conversation_that_is_saved_goes_on(talk: Talking, folder: Path) -> None:
    first = talk("--endpoint", "o4", "--save", "kept/t.json", "--system", "Be brief.", "-q", "My name is Ada.")
    second = talk("--endpoint", "o4", "--save", "kept/t.json", "-q", "What is my name?")

    kept = json.loads((folder / "kept" / "t.json").read_text())
    assert (first.code, second.code, second.out) == (0, 0, "Your name is Ada.\n")
    assert [turn["question"] for turn in kept["turns"]] == ["My name is Ada.", "What is my name?"]
    assert kept["system"] == "Be brief."
    assert stat.S_IMODE((folder / "kept" / "t.json").stat().st_mode) == 0o600
    assert [each.name for each in (folder / "kept").iterdir()] == ["t.json"]


def test_a_conversation_may_go_on_with_another(talk: Talking) -> None:
    talk("--endpoint", "r1", "--save", "moved.json", "-q", "My name is Ada.")

    done = talk("--endpoint", "o4", "--save", "moved.json", "What is my name?")

    assert done.out == "Your name is Ada.\n"
    assert "note: the conversation was with `DeepSeek-R1` so far, and goes on with `gpt-4o`" in done.err


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ({"stall_after_chunks": 3}, 7, "said nothing for 1 s"),
        ({"hang": True}, 7, "said nothing for 1 s"),
        ({"reset": "before"}, 7, "the answer broke off"),
        ({"truncate_after_bytes": 2000}, 7, "broke off"),
        ({"status": 401, "body": {"error": {"code": "401", "message": "no"}}}, 4, "not signed in: HTTP 401"),
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": {}}, 7, "throttled: HTTP 429"),
        ({"status": 500, "body": {}}, 7, "the service failed: HTTP 500"),
        ({"status": 404, "body": {}}, 7, "not there, or not yet"),
        ({"status": 200, "body": {"hello": "world"}}, 7, "in one piece where a stream was asked for"),
    ],
    ids=["stall", "hang", "reset", "cut", "key", "throttled", "500", "404", "garbage"],
)
def test_what_goes_wrong_is_one_error_in_time_and_without_a_secret(
    talk: Talking, emulator: Emulator, fault: dict[str, object], code: int, words: str
) -> None:
    put_fault(emulator, **fault)

    done = talk("--endpoint", "r1", "--wait", "1", "--debug", "--save", "none.json", LANGUAGES)

    assert done.code == code, done
    assert done.err.count("error: eastus2/r1: ") == 1
    assert words in done.err
    assert "Bearer" not in done.err
    assert not Path("none.json").exists()


@pytest.mark.parametrize(
    ("mutant", "code", "words"),
    [
        ("empty-answer", 7, "the model thought, and answered nothing"),
        ("unclosed-think", 7, "the model thought, and answered nothing"),
        ("cut-stream", 7, ""),
        ("other-model", 0, "answered, not `DeepSeek-R1`"),
        ("lost-usage", 0, "no usage told"),
        ("no-done", 0, ""),
    ],
)
def test_a_model_that_misbehaves_is_told_on(
    talk: Talking, emulator: Emulator, mutant: str, code: int, words: str
) -> None:
    admin(emulator, "PUT", "scenario", {"mutant": mutant})

    done = talk("--endpoint", "r1", LANGUAGES)

    assert done.code == code, done
    assert words in done.err


def test_an_error_is_a_document_as_well(talk: Talking, emulator: Emulator) -> None:
    put_fault(emulator, status=500, body={})

    done = talk("--endpoint", "r1", "-o", "json", LANGUAGES)

    document = json.loads(done.out)
    assert (done.code, document["schema"], document["ok"]) == (7, "azserve/chat/v1", False)
    assert document["problems"][0]["code"] == "model-failed"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_conversation_is_kept_where_there_is_no_room_to_show_it(
    emulator: Emulator, folder: Path, environment: dict[str, str], talk: Talking
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "azserve", "chat", "--endpoint", "o4", "--save", "talk.json", LANGUAGES],
            env={**environment, **emulator.environment()}, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert done.returncode == 3, done.stderr
    assert "the answer could not be written" in done.stderr
    assert json.loads((folder / "talk.json").read_text())["turns"][0]["question"] == LANGUAGES


def test_ctrl_c_ends_a_single_question_with_130(
    emulator: Emulator, folder: Path, environment: dict[str, str], talk: Talking
) -> None:
    put_fault(emulator, stall_after_chunks=4)
    with subprocess.Popen(
        [sys.executable, "-m", "azserve", "chat", "--endpoint", "o4", "-q", LANGUAGES],
        env={**environment, **emulator.environment()}, cwd=folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.read(3)

        process.send_signal(signal.SIGINT)
        rest, err = process.stdout.read(), process.stderr.read()

    assert process.wait(60) == 130, err
    assert (first + rest).endswith("\n")
    assert err == "error: interrupted\n"  # and nothing of Azure, which was told to do nothing


def test_at_a_terminal_thinking_is_dim_and_the_answer_is_not(sit: Sit) -> None:
    with sit("--endpoint", "r1") as terminal:
        terminal.sees("eastus2/r1: DeepSeek-R1. /help for help, Ctrl-D to leave.")
        terminal.prompts()
        terminal.type(f"{LANGUAGES}\n")
        answer = terminal.sees("11 \\+ 886 tokens, first after")
        terminal.prompts()
        terminal.type(CTRL_D)
        assert terminal.ends() == 0
    assert "\x1b[2mOkay" in answer
    assert "\x1b[22m\n\nThe exact number of languages" in answer


def test_a_terminal_without_colour_has_a_bar_before_the_thinking(sit: Sit) -> None:
    with sit("--endpoint", "r1", "--no-color", LANGUAGES) as terminal:
        answer = terminal.sees("886 tokens")
        assert terminal.ends() == 0
    assert "│ Okay, the user" in answer
    assert "\x1b" not in answer


def test_ctrl_c_stops_an_answer_and_a_second_one_leaves(sit: Sit, emulator: Emulator) -> None:
    put_fault(emulator, stall_after_chunks=30)
    with sit("--endpoint", "r1", "--save", "stopped.json") as terminal:
        terminal.prompts()
        terminal.type(f"{LANGUAGES}\n")
        terminal.sees("Okay")
        terminal.type(CTRL_C)
        terminal.sees("\\(stopped\\)\n")
        terminal.prompts()
        admin(emulator, "DELETE", "faults", None)
        terminal.type(f"{LANGUAGES}\n")
        terminal.sees("11 \\+ 886 tokens")
        terminal.prompts()
        terminal.type(CTRL_C)
        terminal.sees("\\(Ctrl-C again, or Ctrl-D, leaves\\)")
        terminal.prompts()
        terminal.type(CTRL_C)
        assert terminal.ends() == 0
    assert "Traceback" not in terminal.seen


def test_a_second_ctrl_c_right_after_an_answer_was_stopped_leaves(sit: Sit, emulator: Emulator, folder: Path) -> None:
    put_fault(emulator, stall_after_chunks=4)
    with sit("--endpoint", "o4", "--save", "partial.json") as terminal:
        terminal.prompts()
        terminal.type(f"{LANGUAGES}\n")
        terminal.sees("As of now")
        terminal.type(CTRL_C)
        terminal.sees("\\(stopped\\)\n")
        terminal.prompts()
        terminal.type(CTRL_C)
        assert terminal.ends() == 0
    (turn,) = json.loads((folder / "partial.json").read_text())["turns"]
    assert turn["stopped"]
    assert turn["answer"].startswith("As of now")


def test_what_pipelines_end_a_step_with_ends_a_chat(sit: Sit, emulator: Emulator) -> None:
    put_fault(emulator, stall_after_chunks=4)
    with sit("--endpoint", "o4") as terminal:
        terminal.prompts()
        terminal.type(f"{LANGUAGES}\n")
        terminal.sees("As of now")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends() == 130
    assert ": interrupted" in terminal.seen


def test_an_error_does_not_end_a_chat(sit: Sit, emulator: Emulator) -> None:
    put_fault(emulator, status=500, body={})
    with sit("--endpoint", "o4") as terminal:
        terminal.prompts()
        terminal.type("My name is Ada.\n")
        terminal.sees("eastus2/o4: the service failed: HTTP 500")
        admin(emulator, "DELETE", "faults", None)
        terminal.prompts()
        terminal.type("My name is Ada.\n")
        terminal.sees("tokens")
        terminal.prompts()
        terminal.type("What is my name?\n")
        terminal.sees("Your name is Ada.")
        terminal.prompts()
        terminal.type("/exit\n")
        assert terminal.ends() == 0


def test_small_commands_are_not_for_the_model(sit: Sit, emulator: Emulator) -> None:
    with sit("--endpoint", "o4") as terminal:
        terminal.prompts()
        terminal.type("My name is Ada.\n")
        terminal.sees("tokens")
        terminal.prompts()
        before = sent(emulator)
        for typed, seen in (("/help", "/clear"), ("", ""), ("/clear", "forgotten")):
            terminal.type(f"{typed}\n")
            terminal.sees(seen)
            terminal.prompts()
        assert sent(emulator) == before
        terminal.type("What is \\\nmy name?\n")
        asked = terminal.sees("tokens")
        terminal.prompts()
        terminal.type(CTRL_D)
        assert terminal.ends() == 0
    assert "Your name is Ada" not in asked


def test_a_dumb_terminal_can_be_talked_at_too(sit: Sit) -> None:
    with sit("--endpoint", "o4", TERM="dumb") as terminal:
        terminal.prompts()
        terminal.type("My name is Ada.\n")
        terminal.sees("tokens")
        terminal.prompts()
        terminal.type(CTRL_D)
        assert terminal.ends() == 0


def test_a_document_of_nothing_is_not_prompted_for(sit: Sit) -> None:
    with sit("--endpoint", "o4", "-o", "json") as terminal:
        assert terminal.ends() == 2
    assert "nothing was asked" in terminal.seen
