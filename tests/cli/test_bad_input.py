"""Bad input gets one clear message with a next step and the right exit code; nothing is half-written."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from tests.cli.conftest import EXAMPLE, Azserve, Done

SEED = "fleet: r1-chat\nregions: [eastus2]\nendpoints:\n  r1: {model: DeepSeek-R1, hosting: serverless}\n"
LETTERS = "bcdefghi"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("a" + LETTERS, LETTERS, strict=False)
)
SUBSCRIPTION = "5eeda25e-0000-4000-8000-000000000001"

FILES: Mapping[str, str] = {
    "empty": "",
    "not-yaml": "fleet: [unclosed\n",
    "a-list": "- fleet\n",
    "bomb": BOMB,
    "deeply-nested": "[" * 100_000,
    "duplicate-key": SEED + "fleet: other\n",
    "unknown-key": SEED.replace("fleet:", "flete:"),
    "unknown-region": SEED.replace("eastus2", "eastus22"),
    "same-model-twice": SEED + "  again: {model: DeepSeek-R1, hosting: serverless}\n",
    "version-on-serverless": SEED.replace("serverless}", 'serverless, version: "1"}'),
    "subscription-no-guid": SEED + "subscription: mine\n",
    "variable-missing": SEED + "tags: {owner: '${NOBODY_SET_THIS}'}\n",
    "foundry-without-version": SEED.replace("DeepSeek-R1, hosting: serverless", "DeepSeek-V3.2, hosting: foundry"),
    "binary": "fleet: \x00\x01\n",
    "many-mistakes": "flete: x\nregions: {need: 3, of: [eastus2, moon]}\nendpoints:\n  r1: {model: DeepSeek-R9}\n",
}


def fails_cleanly(done: Done, code: int) -> None:
    assert done.code == code, done
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert "hint: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_told_with_its_place(
    case: str, azserve: Azserve, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "azserve.yaml").write_text(FILES[case])

    done = azserve("validate")

    fails_cleanly(done, 3)
    assert str(done) == snapshot


def test_no_file_says_how_to_get_one(azserve: Azserve, snapshot: SnapshotAssertion) -> None:
    done = azserve("validate")

    fails_cleanly(done, 3)
    assert str(done) == snapshot


def test_every_problem_is_in_the_json_document(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_text(FILES["many-mistakes"])

    done = azserve("validate", "-o", "json")

    document = json.loads(done.out)
    assert (done.code, document["ok"], document["schema"]) == (3, False, "azserve/validate/v1")
    assert {problem["code"] for problem in document["problems"]} >= {"unknown-key", "unknown-region", "unknown-model"}
    assert all(problem["where"].startswith("azserve.yaml:") for problem in document["problems"])


def test_a_file_that_is_not_utf8_is_told(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_bytes(b"fleet: \xff\xfe\n")

    fails_cleanly(azserve("validate"), 3)


def test_a_subscription_that_differs_from_the_environment_is_told(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_text(SEED + f"subscription: {SUBSCRIPTION}\n")

    done = azserve("plan", env={"AZURE_SUBSCRIPTION_ID": "5eeda25e-0000-4000-8000-000000000002"})

    fails_cleanly(done, 3)
    assert "AZURE_SUBSCRIPTION_ID" in done.err


def test_no_subscription_is_told_before_anybody_signs_in(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_text(SEED)

    done = azserve("plan")

    fails_cleanly(done, 3)
    assert "AZURE_SUBSCRIPTION_ID" in done.err


def test_no_emulator_says_how_to_start_one(azserve: Azserve, snapshot: SnapshotAssertion) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        done = azserve("plan", "--cloud", "local", "-c", str(EXAMPLE),
                       env={"AZSERVE_EMULATOR": address, "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION})  # fmt: skip

    fails_cleanly(done, 7)
    assert str(done) == snapshot


def test_an_emulator_that_runs_redirects_nobody_by_itself(azserve: Azserve, local: Mapping[str, str]) -> None:
    env = {name: value for name, value in local.items() if name != "AZSERVE_CLOUD"}

    done = azserve("validate", "-o", "json", env=env)

    assert json.loads(done.out)["result"]["cloud"] == "public"


def test_a_port_that_is_taken_is_told(azserve: Azserve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = azserve("emulator", "run", "--port", str(taken.getsockname()[1]))

    fails_cleanly(done, 3)
    assert "--port" in done.err


def test_listening_beyond_loopback_has_to_be_asked_for(azserve: Azserve) -> None:
    fails_cleanly(azserve("emulator", "run", "--host", "0.0.0.0", "--port", "0"), 3)


def test_five_thousand_endpoints_work_or_name_the_limit(azserve: Azserve, tmp_path: Path) -> None:
    endpoints = "".join(
        f'  e{number}: {{model: DeepSeek-V3.2, hosting: foundry, version: "1", capacity: 1}}\n'
        for number in range(5000)
    )
    (tmp_path / "azserve.yaml").write_text(f"fleet: many\nregions: [eastus2]\nendpoints:\n{endpoints}")

    done = azserve("validate", "-o", "json")

    document = json.loads(done.out)
    assert (done.code, document["ok"]) in {(0, True), (3, False)}
    assert done.code == 0 or "32" in document["problems"][0]["message"]


@pytest.mark.parametrize("verb", ["plan", "deploy", "status", "info", "smoke", "destroy", "render"])
def test_nothing_is_written_where_the_file_is_bad(verb: str, azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_text(FILES["unknown-key"])
    more = {"render": ("--out", "build"), "deploy": ("--receipt", "receipt.json"), "destroy": ("--yes",)}.get(verb, ())

    fails_cleanly(azserve(verb, *more), 3)

    assert [path.name for path in tmp_path.iterdir()] == ["azserve.yaml"]


@pytest.mark.parametrize("verb", ["chat", "info", "keys list", "smoke", "snippet curl"])
@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [("--endpoint", "r2", "the file has no endpoint `r2`"), ("--region", "mars", "no region `mars` is known")],
    ids=["endpoint", "region"],
)
def test_a_name_that_is_mistyped_is_usage_and_asks_nobody(
    verb: str, flag: str, value: str, words: str, azserve: Azserve, local: Mapping[str, str]
) -> None:
    question = ("hi",) if verb == "chat" else ()

    done = azserve(*verb.split(), *question, flag, value, "-c", str(EXAMPLE), env=local)

    fails_cleanly(done, 2)
    assert words in done.err


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "0"])
@pytest.mark.parametrize(
    "argv", [("chat", "hi", "--wait"), ("emulator", "run", "--speed"), ("demo", "--speed")], ids=lambda argv: argv[0]
)
def test_a_number_that_is_none_is_usage(azserve: Azserve, argv: tuple[str, ...], number: str) -> None:
    fails_cleanly(azserve(*argv, number), 2)


def test_init_leaves_a_file_that_is_there_alone(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_text("mine\n")

    fails_cleanly(azserve("init"), 3)

    assert (tmp_path / "azserve.yaml").read_text() == "mine\n"


def test_destroying_without_a_terminal_needs_yes(azserve: Azserve, local: Mapping[str, str]) -> None:
    done = azserve("destroy", env=local)

    fails_cleanly(done, 5)
    assert "--yes" in done.err


def test_a_query_that_does_not_parse_is_usage(azserve: Azserve) -> None:
    fails_cleanly(azserve("validate", "-c", str(EXAMPLE), "-o", "tsv", "--query", "endpoints["), 2)
