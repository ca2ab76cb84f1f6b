"""`render`, its `--check`, and `templates`: from argv to files, findings and exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.rendering.check_cases import account, template

from azserve.cli.main import main
from azserve.cli.streams import Streams
from azserve.rendering.api_versions import API_VERSIONS
from azserve.rendering.checks import CHECKS
from azserve.rendering.templates import template_root

EXAMPLES = Path(__file__).parents[3] / "examples"
ENVIRON = {"AZURE_SUBSCRIPTION_ID": "11111111-2222-3333-4444-555555555555"}
SEED = "fleet: r1-chat\nregions: [eastus2]\nendpoints:\n  r1: {model: DeepSeek-R1, hosting: serverless}\n"


class Run:
    """One command line, run in this process."""

    def __init__(self, *argv: object, environ: Mapping[str, str] | None = None) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.code = main([str(each) for each in argv], Streams(out, err, {**ENVIRON, **(environ or {})}))
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "azserve.yaml"
    path.write_text(SEED)
    return path


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(template(account(publicNetworkAccess="Enabled"))))
    return path


# --- render


def test_a_second_render_writes_nothing(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = Run("render", "-c", file, "--out", out)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}

    second = Run("render", "-c", file, "--out", out)

    assert (first.code, second.code) == (0, 0)
    assert "5 written" in first.out
    assert "5 unchanged" in second.out
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == times


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (["--format", "bicep"], {"eastus2/main.bicep", "eastus2/region.bicep"}),
        (
            ["--format", "bicepparam"],
            {"eastus2/main.bicep", "eastus2/main.bicepparam", "eastus2/region.bicep"},
        ),
        (
            ["--layout", "azd"],
            {
                "infra/main.bicep",
                "infra/main.parameters.json",
                "infra/eastus2/main.bicep",
                "infra/eastus2/region.bicep",
            },
        ),
    ],
    ids=["bicep", "bicepparam", "azd"],
)
def test_a_format_and_a_layout_decide_which_files_there_are(
    file: Path, tmp_path: Path, options: list[str], files: set[str]
) -> None:
    assert Run("render", "-c", file, "--out", tmp_path / "out", *options).code == 0

    assert {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")} == files


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["render"], "there is no folder to write to"),
        (["render", "THEIRS"], "files are only looked at"),
        (["render", "--out", "build", "--ignore", "unused-name"], "nothing is checked, so no check can be left out"),
        (["render", "THEIRS", "--check", "--out", "x"], "`--out` does not go with files"),
        (["render", "THEIRS", "--check", "--ignore", "tags-mising"], "there is no check `tags-mising`"),
        (["render", "THEIRS", "--check", "--ignore", "zzz"], "there is no check `zzz`"),
        (["render", "nowhere.json", "--check"], "'nowhere.json' does not exist"),
    ],
)
def test_options_that_make_no_sense_are_told(argv: list[str], said: str, theirs: Path) -> None:
    done = Run(*[str(theirs) if word == "THEIRS" else word for word in argv])

    assert done.code == 2
    assert said in done.err
    assert "hint: " in done.err


def test_a_file_in_the_way_is_not_overwritten(file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "eastus2" / "main.bicep"
    mine.parent.mkdir(parents=True)
    mine.write_text("// mine\n")

    refused = Run("render", "-c", file, "--out", tmp_path / "out")
    forced = Run("render", "-c", file, "--out", tmp_path / "out", "--force")

    assert (refused.code, forced.code) == (3, 0)
    assert "eastus2/main.bicep" in refused.err
    assert mine.read_text() != "// mine\n"


# --- render --check


@pytest.mark.parametrize(
    "example", sorted(EXAMPLES.glob("deepseek-r1.yaml")) + sorted(EXAMPLES.glob("mi*.yaml")), ids=str
)
def test_what_an_example_renders_to_has_no_mistake(example: Path) -> None:
    done = Run("render", "-c", example, "--check", "-o", "json")

    assert done.code == 0, done.out
    assert [each for each in done.document["result"]["findings"] if each["severity"] == "error"] == []


def test_a_published_retirement_is_a_warning_and_says_how_well_it_is_known(file: Path) -> None:
    done = Run("render", "-c", file, "--check")

    assert done.code == 0
    assert "DeepSeek-R1 was retired on 2026-08-13 (inferred)" in done.out
    assert f"2 templates, {len(CHECKS)} checks each: 1 warning" in done.out


def test_a_check_compares_with_the_folder_as_well(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    Run("render", "-c", file, "--out", out)
    same = Run("render", "-c", file, "--out", out, "--check")
    (out / "eastus2" / "region.json").write_text("{}")

    differs = Run("render", "-c", file, "--out", out, "--check", "-o", "json")

    assert (same.code, differs.code) == (0, 1)
    assert "on disk: 5 unchanged" in same.out
    assert [problem["code"] for problem in differs.document["problems"]] == ["render-differs"]
    assert (out / "eastus2" / "region.json").read_text() == "{}"


def test_a_check_shows_which_file_differs(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    Run("render", "-c", file, "--out", out)
    (out / "eastus2" / "main.json").unlink()

    done = Run("render", "-c", file, "--out", out, "--check")

    assert done.code == 1
    assert "eastus2/main.json" in done.out
    assert "missing" in done.out


def test_anyones_template_is_looked_at_without_a_file_of_ours(theirs: Path) -> None:
    done = Run("render", theirs, "--check")

    assert done.code == 1
    assert "the account leaves open whether keys work  [local-auth-undecided]" in done.out
    assert f"{theirs} $.resources[0]" in done.out
    assert "mistakes in 1 of 1 template\n" in done.err


def test_findings_are_data(theirs: Path) -> None:
    found = Run("render", theirs, "--check", "-o", "json").document

    assert (found["schema"], found["ok"]) == ("azserve/render/v1", False)
    assert found["problems"][0]["code"] == "template-findings"
    assert {
        "code": "subdomain-missing",
        "severity": "error",
        "file": str(theirs),
        "path": "$.resources[0]",
        "message": "the account has no subdomain",
        "hint": "set `customSubDomainName`",
    } in found["result"]["findings"]


def test_checks_that_are_not_wanted_are_left_out(theirs: Path) -> None:
    unwanted = Run("render", theirs, "--check", "-o", "json").document["result"]["findings"]

    done = Run("render", theirs, "--check", *[word for each in unwanted for word in ("--ignore", each["code"])])

    assert done.code == 0
    assert "nothing found" in done.out


def test_a_file_that_cannot_be_read_is_told(theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", broken)
    done = Run("render", theirs, "--check")

    assert done.code == 2
    assert "cannot be read: Permission denied" in done.err


# --- templates


def test_an_ejected_set_renders_the_same_bytes(file: Path, tmp_path: Path) -> None:
    assert Run("templates", "eject", tmp_path / "mine").code == 0
    Run("render", "-c", file, "--out", tmp_path / "packaged")

    done = Run("render", "-c", file, "--out", tmp_path / "own", environ={"AZSERVE_TEMPLATES": str(tmp_path / "mine")})

    assert done.code == 0
    for path in (tmp_path / "packaged").rglob("*.*"):
        assert (tmp_path / "own" / path.relative_to(tmp_path / "packaged")).read_bytes() == path.read_bytes()


def test_ejecting_copies_every_arm_and_bicep_template_and_says_what_they_are_given(tmp_path: Path) -> None:
    done = Run("templates", "eject", tmp_path / "mine")

    copied = {path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*.*")}
    packaged = {path.relative_to(template_root()).as_posix() for path in template_root().rglob("*.j2")
                if path.relative_to(template_root()).parts[0] != "snippets"}  # fmt: skip
    assert copied == packaged | {"README.md", "context.json"}
    assert "for context 1" in done.out


def test_ejecting_again_leaves_changes_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    Run("templates", "eject", mine)
    (mine / "bicep" / "hub.bicep.j2").write_text("mine")

    again = Run("templates", "eject", mine)
    forced = Run("templates", "eject", mine, "--force")

    assert (again.code, forced.code) == (3, 0)
    assert "1 templates in" not in again.err
    assert "bicep/hub.bicep.j2" in again.err
    assert "1 written" in forced.out


def test_versions_shows_every_type(tmp_path: Path) -> None:
    done = Run("templates", "versions", "-o", "json")

    rows = {row["type"]: row for row in done.document["result"]["rows"]}
    assert done.document["schema"] == "azserve/templates-versions/v1"
    assert list(rows) == list(API_VERSIONS)
    assert rows["Microsoft.MachineLearningServices/workspaces/serverlessEndpoints"]["allowed"][-1] == "2026-05-01"
    assert "Microsoft.CognitiveServices/accounts/deployments" in Run("templates", "versions").out


def test_what_is_left_over_is_to_be_removed_and_not_rendered_again(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    Run("render", "-c", file, "--out", out)
    (out / "eastus2" / "account-key.bicep").write_bytes((out / "eastus2" / "region.bicep").read_bytes())

    done = Run("render", "-c", file, "--out", out, "--check")

    assert done.code == 1
    assert "1 of 6 files in" in done.err
    assert "remove what is left over, `eastus2/account-key.bicep` and commit" in done.err
    assert "run `azserve render" not in done.err


def test_two_environments_do_not_share_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "azserve.yaml"
    file.write_text(f"{SEED}environments: {{dev: {{}}, prod: {{}}}}\n")
    out = tmp_path / "out"
    Run("render", "-c", file, "--out", out, "-e", "dev")

    refused = Run("render", "-c", file, "--out", out, "-e", "prod")

    assert refused.code == 3
    assert "was rendered for `r1-chat/dev`, and this is `r1-chat/prod`" in refused.err
    assert Run("render", "-c", file, "--out", out, "-e", "dev", "--check").code == 0


@pytest.mark.parametrize("argv", [["render", "--out", ""], ["templates", "eject", ""]])
def test_a_folder_without_a_name_is_not_the_current_one(argv: list[str], tmp_path: Path) -> None:
    done = Run(*argv)

    assert done.code == 2
    assert "write `.` for the current one" in done.err


def test_bicep_is_told_from_arm_json(tmp_path: Path) -> None:
    (tmp_path / "theirs.bicep").write_text("param a string")

    done = Run("render", "--check", tmp_path / "theirs.bicep")

    assert done.code == 2
    assert "is Bicep, and only ARM JSON is looked at" in done.err


@pytest.mark.parametrize("width", ["80", "200"])
def test_the_versions_fit_the_terminal(width: str) -> None:
    done = Run("templates", "versions", environ={"COLUMNS": width})

    assert max(map(len, done.out.splitlines())) <= int(width)
