"""The verbs that look before anything is deployed, against every scenario: they answer, and none of them writes.

In this process, for there are many of them; `test_line.py` shows that a process of its own does the same.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from syrupy.assertion import SnapshotAssertion
from tests.cli.conftest import EXAMPLE, SPEED, steady

from azserve.cli.main import main
from azserve.cli.streams import Streams
from azserve.emulator.server import Emulator

pytestmark = pytest.mark.xdist_group("looking-ahead")

SCENARIOS = ("default", "tight-quota", "retired-model", "throttled", "slow-region", "no-permission", "policy")
READS = (
    "listkeys",
    "/validate",
    "/whatif",
    "/checkpolicyrestrictions",
    "/checkdomainavailability",
    "/checknameavailability",
    "/oauth2/",
    "/_emulator/",
)
"""What POSTs a question and changes nothing."""

Codes = Mapping[str, tuple[int, ...]]
VERBS: Mapping[str, tuple[str, ...]] = {
    "models list": ("models", "list", "--retiring", "90d", "--live"),
    "models show": ("models", "show", "DeepSeek-V3.2", "--region", "eastus2"),
    "regions": ("regions", "--region", "eastus2", "--region", "westus3", "--region", "swedencentral"),
    "regions of a model": ("regions", "--model", "DeepSeek-R1", "--region", "eastus2", "--region", "swedencentral"),
    "quota": ("quota", "--compute"),
    "matrix": ("matrix",),
    "cost": ("cost",),
    "plan": ("plan",),
    "doctor": ("doctor",),
}
MOVING = {"plan", "models list", "doctor"}
"""What no snapshot holds here: a plan has one in `test_line.py`, retirements move by the day, tokens by the minute."""
ALWAYS: Mapping[str, int] = {"models list": 1}
"""The seed's own model is past its published retirement, whatever the scenario."""
REFUSED: Mapping[str, Mapping[str, int]] = {
    "tight-quota": {"matrix": 5, "plan": 5},
    "retired-model": {"plan": 5},
    "no-permission": {"matrix": 4, "plan": 4, "doctor": 4},
}
"""What refuses, and where: quota before a write, a retired model in Azure's own validation, rights everywhere."""


@dataclass(frozen=True)
class Answer:
    """What one command line said."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{steady(self.out)}--- stderr\n{steady(self.err)}"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A local Azure for the module's tests, its clock fast."""
    with Emulator(speed=SPEED) as running:
        yield running


@pytest.fixture
def environ(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mapping[str, str]:
    """What `emulator exec` sets, in the process too: azure-identity reads it there."""
    variables = emulator.environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return {**variables, "AZSERVE_CONFIG": str(EXAMPLE), "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path),
            "COLUMNS": "100", "NO_COLOR": "1"}  # fmt: skip


def said(*argv: str, environ: Mapping[str, str]) -> Answer:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    code = main([*argv, "-q"], Streams(out, err, environ))
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Answer(code, *texts)


def enter(emulator: Emulator, scenario: str) -> None:
    emulator.reset()
    body = json.dumps({"name": scenario}).encode()
    with urlopen(Request(f"{emulator.url}/_emulator/scenario", method="PUT", data=body)):
        pass


def put_elsewhere(emulator: Emulator, environ: Mapping[str, str], kind: str, name: str) -> None:
    """Make somebody else's storage account."""
    from azure.identity import ManagedIdentityCredential

    token = ManagedIdentityCredential().get_token("https://management.azure.com/.default").token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    group = f"{emulator.url}/subscriptions/{environ['AZURE_SUBSCRIPTION_ID']}/resourcegroups/rg-theirs"
    body = {"location": "westus", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    for url in (f"{group}?api-version=2024-07-01", f"{group}/providers/{kind}/{name}?api-version=2023-05-01"):
        with urlopen(Request(url, method="PUT", data=json.dumps(body).encode(), headers=headers)):
            pass


def writes(emulator: Emulator) -> list[str]:
    with urlopen(f"{emulator.url}/_emulator/requests") as answer:
        asked = json.load(answer)["value"]
    return [
        f"{each['method']} {each['path']}"
        for each in asked
        if each["method"] not in {"GET", "HEAD"} and not any(word in each["path"].lower() for word in READS)
    ]


def codes_in(scenario: str) -> dict[str, int]:
    return {name: {**ALWAYS, **REFUSED.get(scenario, {})}.get(name, 0) for name in VERBS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_verb_answers_in_every_scenario_and_writes_nothing(
    scenario: str, emulator: Emulator, environ: Mapping[str, str]
) -> None:
    enter(emulator, scenario)
    answers = {name: said(*argv, "-o", "json", environ=environ) for name, argv in VERBS.items()}
    documents: dict[str, Any] = {name: json.loads(answer.out) for name, answer in answers.items()}

    expected = codes_in(scenario)
    assert {name: answer.code for name, answer in answers.items()} == expected, answers
    assert {name: document["ok"] for name, document in documents.items()} == {
        name: code == 0 for name, code in expected.items()
    }
    assert all("Traceback" not in answer.err for answer in answers.values())
    assert writes(emulator) == []


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "default"])
def test_every_verb_shows_a_table_in_every_scenario_and_writes_nothing(
    scenario: str, emulator: Emulator, environ: Mapping[str, str]
) -> None:
    enter(emulator, scenario)
    answers = {name: said(*argv, environ={**environ, "COLUMNS": "80"}) for name, argv in VERBS.items()}

    assert {name: answer.code for name, answer in answers.items()} == codes_in(scenario), answers
    assert all(answer.out or answer.err.startswith("error: ") for answer in answers.values())
    assert all("Traceback" not in answer.err for answer in answers.values())
    wide = [
        line for name, one in answers.items() if name != "matrix" for line in one.out.splitlines() if len(line) > 80
    ]
    assert (wide, writes(emulator)) == ([], [])


@pytest.mark.parametrize("width", ["80", "200"])
@pytest.mark.parametrize("name", VERBS)
def test_what_is_shown_fits_the_terminal_or_wraps_at_words(
    name: str, width: str, emulator: Emulator, environ: Mapping[str, str], snapshot: SnapshotAssertion
) -> None:
    enter(emulator, "default")
    answer = said(*VERBS[name], environ={**environ, "COLUMNS": width})

    assert "\x1b" not in answer.out
    assert all(len(line) <= int(width) for line in answer.out.splitlines() if name != "matrix")
    if name not in MOVING:
        assert str(answer) == snapshot


def test_the_matrix_is_one_line_that_a_pipeline_can_read(emulator: Emulator, environ: Mapping[str, str]) -> None:
    enter(emulator, "default")
    assert json.loads(said("matrix", environ=environ).out) == {
        "include": [
            {"region": "eastus2", "endpoints": ["r1", "v32"]},
            {"region": "westus3", "endpoints": ["r1"]},
            {"region": "northcentralus", "endpoints": ["r1"]},
        ]
    }


@pytest.mark.parametrize("name", [name for name in VERBS if not name.startswith("models show")])
def test_tab_separated_rows_hold_bare_values(name: str, emulator: Emulator, environ: Mapping[str, str]) -> None:
    enter(emulator, "default")
    rows = [line.split("\t") for line in said(*VERBS[name], "-o", "tsv", environ=environ).out.splitlines()]

    assert rows
    assert not any(mark in value for row in rows for value in row for mark in "✓✗–")


def test_a_plan_is_carried_out_while_it_holds_and_refused_afterwards(
    emulator: Emulator, environ: Mapping[str, str], tmp_path: Path
) -> None:
    enter(emulator, "default")
    assert said("plan", "--out", "plan.json", environ=environ).code == 0
    assert writes(emulator) == []

    assert said("deploy", "--plan", "plan.json", environ=environ).code == 0
    written = writes(emulator)
    assert written

    again = said("deploy", "--plan", "plan.json", "-o", "json", environ=environ)
    assert (again.code, json.loads(again.out)["problems"][0]["code"]) == (5, "plan-moved")
    assert writes(emulator) == written
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("plan")] == ["plan.json"]


@pytest.mark.parametrize("scenario", ["retired-model", "tight-quota"])
def test_a_deploy_that_azure_would_refuse_writes_nothing(
    scenario: str, emulator: Emulator, environ: Mapping[str, str]
) -> None:
    enter(emulator, scenario)

    answer = said("deploy", "-o", "json", environ=environ)

    assert (answer.code, json.loads(answer.out)["ok"]) == (5, False)
    assert writes(emulator) == []


def test_a_change_is_foretold_by_azure_as_the_plan_has_it(
    emulator: Emulator, environ: Mapping[str, str], tmp_path: Path
) -> None:
    enter(emulator, "default")
    assert said("deploy", environ=environ).code == 0
    (tmp_path / "azserve.yaml").write_text(EXAMPLE.read_text().replace("capacity: 50", "capacity: 60"))

    answer = said("plan", "-c", "azserve.yaml", "-o", "json", environ=environ)

    (rehearsed,) = json.loads(answer.out)["result"]["rehearsed"]
    assert (rehearsed["region"], rehearsed["partial"], rehearsed["problem"]) == ("eastus2", False, None)
    assert {row["heard"] for row in rehearsed["foretold"]} <= {"agrees", "noise"}


def test_a_name_that_somebody_else_has_is_met_before_a_deploy(emulator: Emulator, environ: Mapping[str, str]) -> None:
    enter(emulator, "default")
    plan = json.loads(said("plan", "--fast", "-o", "json", environ=environ).out)["result"]["plan"]
    resources = [step["resource"] for phase in plan["phases"] for step in phase["steps"]]
    name = next(one for one in resources if "storageAccounts" in str(one))
    taken = str(name).rpartition("/")[2]
    put_elsewhere(emulator, environ, "Microsoft.Storage/storageAccounts", taken)

    answer = said("regions", "--region", "eastus2", "-o", "json", environ=environ)

    (row,) = json.loads(answer.out)["result"]["rows"]
    codes = {verdict["endpoint"]: verdict["reasons"][0]["code"] for verdict in row["verdicts"]}
    assert (codes["r1"], row["answer"]) == ("name-taken", "no")


def test_a_sku_belongs_to_a_model(environ: Mapping[str, str]) -> None:
    answer = said("regions", "--sku", "GlobalStandard", environ=environ)
    assert (answer.code, "--model" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("regions", "--region", "eastus22"), "eastus2"),
        (("regions", "--offline", "--refresh"), "one of them"),
        (("regions", "--model", "DeepSeek-R9"), "DeepSeek-R1"),
        (("models", "show", "DeepSeek-R9"), "DeepSeek-R1"),
        (("models", "list", "--retiring", "soon"), "90d"),
        (("deploy", "--plan", "plan.json", "--prune"), "--plan"),
    ],
)
def test_what_is_mistyped_is_usage_with_the_next_step(
    argv: tuple[str, ...], word: str, environ: Mapping[str, str]
) -> None:
    answer = said(*argv, environ=environ)
    assert (answer.code, answer.out) == (2, "")
    assert word in answer.err


def test_models_are_shown_with_no_azure_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"COLUMNS": "100", "NO_COLOR": "1"}
    assert said("models", "list", environ=environ).code == 0
    assert said("models", "list", "--retiring", "12w", environ=environ).code == 0
    assert "hosting: foundry" in said("models", "show", "deepseek-r1", environ=environ).out


def test_prices_once_read_need_no_network(environ: Mapping[str, str], emulator: Emulator) -> None:
    emulator.reset()
    answer = said("cost", "--offline", "--region", "eastus2", "-o", "json", environ=environ)
    result = json.loads(answer.out)["result"]
    assert (answer.code, result["live"]) == (0, False)
    assert {row["region"] for row in result["rows"]} == {"eastus2"}
    with urlopen(f"{emulator.url}/_emulator/requests") as asked:
        assert not [each for each in json.load(asked)["value"] if "prices" in each["path"]]
