"""`azserve smoke` with its reports, its lock and people's own probes, on one small fleet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import pytest
from tests.cli.conftest import Azserve

from azserve.emulator.server import Emulator

FILE = """
fleet: small
regions: [eastus2]
endpoints:
  r1: {model: DeepSeek-R1, hosting: serverless}
smoke:
  required: [chat, kettle]
  probes_from: probes
  probes:
    kettle:
      asks: does it say what it is told?
      needs: [chat]
      chat:
        messages: [{role: user, content: "Reply with exactly this word and nothing else: kettle"}]
        max_tokens: 2048
        checks: [{name: says-kettle, expects: {answer-contains: kettle}}]
"""
OWN = """
asks: is there JSON?
needs: [chat]
chat:
  messages: [{role: user, content: "Reply with exactly this text and nothing else: {\\"a\\": [1, 2]}"}]
  max_tokens: 2048
  checks:
    - {name: second-is-two, expects: {json-path: {path: "a[1]", matches: "^2$$"}}}
"""
NOBODY_THERE = {"AZSERVE_CLOUD": "local", "AZURE_SUBSCRIPTION_ID": "11111111-2222-3333-4444-555555555555"}
"""The variables of a shell that knows of a local Azure which does not run."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "azserve.yaml").write_text(FILE)
    (folder / "probes").mkdir()
    (folder / "probes" / "own-json.yaml").write_text(OWN.replace("$$", "$"))
    return folder


@pytest.fixture
def here(emulator: Emulator, folder: Path, azserve: Azserve) -> Iterator[Mapping[str, str]]:
    """The variables of a shell whose fleet stands."""
    env = emulator.environment()
    done = azserve("deploy", "-q", env=env, cwd=folder)
    assert done.code == 0, done
    yield env
    put_mutant(emulator, None)


def put_mutant(emulator: Emulator, mutant: str | None) -> None:
    body = json.dumps({"mutant": mutant} if mutant else {}).encode()
    with urlopen(Request(f"{emulator.url}/_emulator/scenario", method="PUT", data=body)):
        pass


def test_reports_are_written_beside_the_answer(azserve: Azserve, here: Mapping[str, str], folder: Path) -> None:
    summary = folder / "summary.md"
    env = {**here, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}

    done = azserve("smoke", "-q", "-o", "json", "--junit", "out/j.xml", "--markdown", "out/m.md", env=env, cwd=folder)

    assert done.code == 0, done
    probes = [each["probe"] for each in json.loads(done.out)["result"]["findings"]]
    suite = ET.parse(folder / "out" / "j.xml").getroot()[0]
    assert [case.get("name") for case in suite] == probes
    assert {"chat", "kettle", "own-json"} <= set(probes)
    assert (folder / "out" / "m.md").read_text() == summary.read_text()


def test_a_probe_that_fails_is_annotated_and_ends_in_one(
    azserve: Azserve, here: Mapping[str, str], folder: Path, emulator: Emulator
) -> None:
    put_mutant(emulator, "wrong-text")

    done = azserve("smoke", "-q", "--probe", "kettle", env={**here, "TF_BUILD": "True"}, cwd=folder)

    assert done.code == 1, done
    assert "##vso[task.logissue type=error;code=says-kettle;]eastus2/r1 kettle: `says-kettle`" in done.err


def test_a_lock_is_made_kept_and_held_against(
    azserve: Azserve, here: Mapping[str, str], folder: Path, emulator: Emulator
) -> None:
    argv = ("smoke", "-q", "--probe", "chat", "--probe", "reasoning", "--lock", "smoke.lock.json")

    made = azserve(*argv, env=here, cwd=folder)
    text = (folder / "smoke.lock.json").read_text()
    again = azserve(*argv, env=here, cwd=folder)
    changed = json.loads(text)
    changed["endpoints"]["eastus2/r1"]["reasoning"] = "unsupported"
    (folder / "smoke.lock.json").write_text(json.dumps(changed))
    held = azserve(*argv, env=here, cwd=folder)

    assert (made.code, again.code, held.code) == (0, 0, 1), held
    assert "eastus2/r1: `reasoning` was `unsupported` and is `supported`" in held.err


def test_a_lock_fails_on_what_an_endpoint_did_and_no_longer_does(
    azserve: Azserve, here: Mapping[str, str], folder: Path, emulator: Emulator
) -> None:
    put_mutant(emulator, "no-thinking")
    lock = {"eastus2/r1": {"reasoning": "supported", "tools": "unsupported"}}
    (folder / "did.lock.json").write_text(json.dumps({"schema": "azserve/smoke-lock/v1", "endpoints": lock}))

    done = azserve("smoke", "-q", "--lock", "did.lock.json", env=here, cwd=folder)

    assert done.code == 1, done
    assert done.err.count("error:") == 1, done
    assert "error: eastus2/r1: `reasoning` was `supported` and is `failing`" in done.err


def test_a_report_that_cannot_be_written_hides_no_answer(
    azserve: Azserve, here: Mapping[str, str], folder: Path
) -> None:
    (folder / "a-file").write_text("")
    argv = ("smoke", "-q", "-o", "json", "--probe", "chat", "--junit", "a-file/j.xml", "--lock", "a-file/l.json")

    done = azserve(*argv, env=here, cwd=folder)

    document = json.loads(done.out)
    assert (done.code, document["ok"]) == (3, False), done
    assert [each["outcome"] for each in document["result"]["findings"]] == ["passed"]
    assert [each["code"] for each in document["problems"]] == ["report-unwritable"] * 2


def test_a_required_probe_that_fails_is_named_with_what_it_found(
    azserve: Azserve, here: Mapping[str, str], folder: Path, emulator: Emulator
) -> None:
    put_mutant(emulator, "wrong-text")

    done = azserve("smoke", "-q", "--probe", "chat", env=here, cwd=folder)

    assert (done.code, "error: eastus2/r1: probe `chat`: `answer-is-ready`: expected" in done.err) == (1, True), done


def test_a_lock_notices_that_an_endpoint_is_gone(
    azserve: Azserve, here: Mapping[str, str], folder: Path, emulator: Emulator
) -> None:
    argv = ("smoke", "-q", "--probe", "chat", "--lock", "gone.lock.json")
    azserve(*argv, env=here, cwd=folder)
    lock = json.loads((folder / "gone.lock.json").read_text())
    lock["endpoints"]["westus3/r1"] = {"chat": "supported"}
    (folder / "gone.lock.json").write_text(json.dumps(lock))

    whole = azserve(*argv, env=here, cwd=folder)
    a_part = azserve(*argv, "--region", "eastus2", env=here, cwd=folder)

    assert (whole.code, a_part.code) == (1, 0), (whole, a_part)
    assert "`westus3/r1` is in `gone.lock.json` and no longer stands" in whole.err


def test_an_image_that_is_none_is_told_before_anything_is_asked(azserve: Azserve, tmp_path: Path) -> None:
    image = 'content: [{type: image_url, image_url: {url: "data:image/png;base64,aGVsbG8="}}]'
    text = FILE.replace('content: "Reply with exactly this word and nothing else: kettle"', image)
    (tmp_path / "azserve.yaml").write_text(text.replace("  probes_from: probes\n", ""))

    done = azserve("smoke", env=NOBODY_THERE, cwd=tmp_path)

    assert done.code == 3, done
    assert "the probe `kettle` does not fit: what is called image/png does not begin as one" in done.err


def test_peoples_own_probes_are_listed_with_ours(azserve: Azserve, here: Mapping[str, str], folder: Path) -> None:
    done = azserve("smoke", "--list", "-o", "json", env=here, cwd=folder)

    names = [each["name"] for each in json.loads(done.out)["result"]["probes"]]
    assert names[:3] == ["info", "auth", "chat"]
    assert names[-2:] == ["own-json", "kettle"]


def test_a_probe_that_does_not_fit_is_a_fault_of_the_file(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "azserve.yaml").write_text(
        FILE.replace("answer-contains", "answer-sings").replace("  probes_from: probes\n", "")
    )

    done = azserve("smoke", "--list", env={"AZSERVE_CLOUD": "local"}, cwd=tmp_path)

    assert done.code == 3, done
    assert "azserve.yaml:10:7" in done.err
    assert "the probe `kettle` does not fit: there is no expectation `answer-sings` here" in done.err


UNFIT = """
fleet: small
regions: [eastus2, westus3]
rollout: {canary: eastus2, gate: smoke}
endpoints:
  r1: {model: DeepSeek-R1, hosting: serverless}
smoke:
"""


@pytest.mark.parametrize("verb", ["validate", "deploy", "smoke"])
@pytest.mark.parametrize(
    ("smoke", "said"),
    [
        ("  probes: {mine: {asks: x}}\n", "azserve.yaml:8:18: the probe `mine` does not fit: "),
        (
            "  probes_from: probes\n  required: [chatt]\n",
            "smoke.required: `chatt` is required and there is no such probe",
        ),
    ],
    ids=["unfit", "required and not there"],
)
def test_faults_of_probes_are_told_before_anything_is_asked_or_written(
    azserve: Azserve, emulator: Emulator, tmp_path: Path, verb: str, smoke: str, said: str
) -> None:
    (tmp_path / "azserve.yaml").write_text(UNFIT + smoke)
    (tmp_path / "probes").mkdir()

    done = azserve(verb, cwd=tmp_path, env=emulator.environment())

    assert (done.code, said in done.err) == (3, True), done
