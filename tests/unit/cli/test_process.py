"""From argv to an exit code, and what is said on the way."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import click
import pytest

from azserve.cli import group
from azserve.cli.app import App, Verb
from azserve.cli.group import Entry
from azserve.cli.main import main
from azserve.cli.streams import LOG_WIDTH, Streams
from azserve.errors import AzureFailed, ConfigurationError, ExitCode, Problem, Severity


class Run:
    """One command line, run in this process."""

    def __init__(self, *argv: str, environ: Mapping[str, str] | None = None) -> None:
        self.streams = Streams(io.StringIO(), io.StringIO(), environ or {})
        self.code = main(argv, self.streams)

    @property
    def out(self) -> str:
        assert isinstance(self.streams.out, io.StringIO)
        return self.streams.out.getvalue()

    @property
    def err(self) -> str:
        assert isinstance(self.streams.err, io.StringIO)
        return self.streams.err.getvalue()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, BaseException]:
    """Offer a verb `fail` that raises whatever is put under `error`."""
    planted: dict[str, BaseException] = {}

    @click.command(cls=Verb)
    @click.pass_obj
    def fail(app: App) -> ExitCode:
        raise planted["error"]

    class Root(group.Root):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            return fail

    monkeypatch.setattr("azserve.cli.main.Root", Root)
    monkeypatch.setattr(group, "VERBS", {**group.VERBS, "fail": Entry("fail", "Fail.")})
    return planted


def test_help_lists_every_verb_and_exit_code() -> None:
    run = Run("--help")

    assert run.code == 0
    assert [verb for verb in group.VERBS if f"  {verb} " not in run.out] == []
    assert [code for code in ExitCode if f"{code.value}  " not in run.out] == []


@pytest.mark.parametrize(
    "verb", [verb for verb in group.VERBS if verb not in {"keys", "models", "templates", "emulator"}]
)
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    run = Run(verb, "--help")

    assert run.code == 0
    assert f"Example:\n    azserve {verb}" in run.out


@pytest.mark.parametrize(
    "words",
    ["keys list", "models list", "models show", "emulator run", "emulator exec", "emulator reset", "emulator facts"],
)
def test_every_verb_in_a_group_has_help_with_an_example(words: str) -> None:
    run = Run(*words.split(), "--help")

    assert run.code == 0
    assert f"Example:\n    azserve {words}" in run.out


def test_version_is_one_line() -> None:
    run = Run("--version")

    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("azserve ")


def test_a_mistyped_verb_is_met_with_the_nearest() -> None:
    run = Run("depoly")

    assert run.code == 2
    assert run.err == "error: there is no verb `depoly`; did you mean `deploy`?\n\nhint: see `azserve --help`\n"


def test_an_unknown_option_is_usage() -> None:
    run = Run("plan", "--nope")

    assert run.code == 2
    assert "azserve plan --help" in run.err
    assert run.out == ""


@pytest.mark.parametrize(
    "argv", [("-o", "json"), ("-ojson",), ("--output", "json"), ("--output=json",)], ids=lambda argv: " ".join(argv)
)
def test_a_failure_with_json_output_is_one_document(argv: tuple[str, ...]) -> None:
    run = Run("plan", "--nope", *argv)

    document = json.loads(run.out)
    assert document["schema"] == "azserve/plan/v1"
    assert document["ok"] is False
    assert document["result"] is None
    assert document["problems"][0]["code"] == "usage"


def test_the_output_form_may_come_from_the_environment() -> None:
    assert json.loads(Run("plan", "--nope", environ={"AZSERVE_OUTPUT": "json"}).out)["ok"] is False


def test_an_error_prints_its_place_and_its_next_move(failing: dict[str, BaseException]) -> None:
    failing["error"] = AzureFailed("no room", hint="ask for less", where="eastus2")

    run = Run("fail")

    assert run.code == ExitCode.AZURE_FAILED
    assert run.err == "error: eastus2: no room\n\nhint: ask for less\n"


def test_every_problem_is_printed(failing: dict[str, BaseException]) -> None:
    found = (
        Problem("unknown-key", "`flete`", hint="did you mean `fleet`?", where="a.yaml:1:1"),
        Problem("note", "by the way", Severity.NOTE),
    )
    failing["error"] = ConfigurationError("two problems", found=found)

    run = Run("fail")

    assert run.code == ExitCode.CONFIGURATION
    assert run.err.splitlines() == [
        "error: a.yaml:1:1: `flete`",
        "  hint: did you mean `fleet`?",
        "",
        "note: by the way",
    ]


def test_a_bug_says_where_to_report_it_and_shows_no_traceback(failing: dict[str, BaseException]) -> None:
    failing["error"] = KeyError("x")

    run = Run("fail")

    assert run.code == ExitCode.BUG
    assert "--debug" in run.err
    assert "Traceback" not in run.err


def test_debug_shows_the_traceback_and_what_azure_said(failing: dict[str, BaseException]) -> None:
    failing["error"] = AzureFailed("no", raw='{"error": {"code": "X"}}')

    run = Run("fail", "--debug")

    assert "Traceback" in run.err
    assert '{"error": {"code": "X"}}' in run.err


def test_an_interrupt_is_130(failing: dict[str, BaseException]) -> None:
    failing["error"] = KeyboardInterrupt()

    assert Run("fail").code == 130


def test_a_closed_pipe_is_no_failure(failing: dict[str, BaseException]) -> None:
    failing["error"] = BrokenPipeError()

    run = Run("fail")

    assert (run.code, run.err) == (0, "")


class Terminal(io.StringIO):
    """A stream that a person watches."""

    encoding = "UTF-8"

    def isatty(self) -> bool:
        return True


def test_colour_needs_a_terminal_and_no_no_color() -> None:
    watched, piped = Terminal(), io.StringIO()
    streams = Streams(piped, watched, {})

    assert streams.colour(watched, wanted=True)
    assert not streams.colour(watched, wanted=False)
    assert not streams.colour(piped, wanted=True)
    assert not Streams(piped, watched, {"NO_COLOR": "1"}).colour(watched, wanted=True)
    assert not Streams(piped, watched, {"TERM": "dumb"}).colour(watched, wanted=True)


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("", LOG_WIDTH), ("wide", LOG_WIDTH), ("3", LOG_WIDTH)])
def test_a_log_is_as_wide_as_columns_says(columns: str, width: int) -> None:
    out = io.StringIO()

    assert Streams(out, out, {"COLUMNS": columns}).width(out) == width


def test_marks_need_an_encoding_that_has_them() -> None:
    plain = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")

    assert not Streams(plain, plain, {}).unicode(plain)
    assert Streams(plain, plain, {}).unicode(Terminal())


def test_no_error_of_somebody_elses_moves_the_cursor(failing: dict[str, BaseException]) -> None:
    failing["error"] = AzureFailed("said \x1b[2J", hint="do \u202e", where="at \x9b")

    assert Run("fail").err == "error: at \\u009b: said \\u001b[2J\n\nhint: do \\u202e\n"
