"""Client code is drawn for every shape there is, and no value ever becomes code."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.rendering.snippet_views import PAIRS, drawn, tasks, view

from azserve.inference import routes as inference_routes
from azserve.model.catalogue import Route
from azserve.model.snippet import Client, Language, SnippetTask
from azserve.rendering import snippets
from azserve.rendering.escaping import Rendered, Unrenderable, comment
from azserve.rendering.templates import strict_environment, template_root

HOSTILE = (
    "a\"'`\\${7*7}{{7*7}}{%x%}#{x}\n\r\t\0*/ // # <!-- </think> \u2028\u2029\u202e\u0085😀\U000e0001 "
    "$(touch pwned) `touch pwned` ; exit 1\nEND\n'''\"\"\"\\"
)
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_a_string_of_javascript_and_csharp_is_the_text_on_one_line(text: str) -> None:
    written = snippets.string(text)

    assert json.loads(written) == text
    assert not re.search("[\0-\x1f\x7f-\x9f\u2028\u2029]", written)


@given(texts)
def test_a_string_of_python_is_the_text_on_one_line(text: str) -> None:
    written = snippets.python_string(text)

    assert ast.literal_eval(written) == text
    assert len(written.splitlines()) == 1


@pytest.mark.parametrize("text", ["\\ud83d\\ude00", "\\\\ud83d\\ude00", "\\U000e0001", "\U000e0001", "\U0001d173x"])
def test_a_string_of_python_keeps_what_only_looks_like_an_escape(text: str) -> None:
    assert ast.literal_eval(snippets.python_string(text)) == text


@given(texts)
def test_json_in_a_shell_s_quotes_is_the_text_and_never_ends_them(text: str) -> None:
    written = snippets.quoted_json(text)

    assert json.loads(written) == text
    assert "'" not in written
    assert "\n" not in written


@given(texts)
def test_a_word_of_a_shell_is_one_word(text: str) -> None:
    assert shlex.split(snippets.word(text)) == [comment(text)]


@given(texts)
def test_a_remark_is_one_line_and_a_remark(text: str) -> None:
    for written, sign in ((snippets.hash_remark(text), "#"), (snippets.slash_remark(text), "//")):
        assert written.startswith(sign)
        assert len(written.splitlines()) == 1


def test_half_a_character_has_no_form_in_a_program() -> None:
    with pytest.raises(Unrenderable):
        snippets.draw_snippet(Language.PYTHON, Client.OPENAI, view(SnippetTask.CHAT, Route.OPENAI_V1, model="\ud800"))


@pytest.mark.parametrize(("language", "client"), PAIRS)
def test_there_is_a_template_for_every_task(language: Language, client: Client) -> None:
    folder = "curl" if language is Language.CURL else f"{language}-{client}"
    found = {path.name.partition(".")[0] for path in (template_root() / "snippets" / folder).glob("[a-z]*.j2")}

    wanted = {task.value for task in (SnippetTask if language is Language.CURL else tasks(client))}
    assert found == wanted - {"entra"}


def test_a_template_that_forgets_its_filter_cannot_be_drawn() -> None:
    environment = strict_environment((template_root(),), snippets.FILTERS[Language.PYTHON])

    with pytest.raises(Unrenderable):
        environment.from_string("{{ model }}").render(model="x")
    assert environment.from_string("{{ model | string }}").render(model="x") == '"x"'
    assert isinstance(snippets.string("x"), Rendered)


@pytest.mark.parametrize("language", Language)
def test_a_program_has_no_traces_of_parts_left_out(language: Language) -> None:
    gap = "\n\n\n\n" if language is Language.PYTHON else "\n\n\n"
    for name, program in drawn(language):
        assert gap not in program, name
        assert not re.search(r"[ \t]\n|\t(?!Prompt|Total|Completion)", program.replace("\\t", "")), name
        assert program.endswith("\n")
        assert "{%" not in program
        assert "{{" not in program


class _Shape(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(value=type(node.value).__name__)


def test_hostile_values_stay_values_in_python() -> None:
    harmless, hostile = dict(drawn(Language.PYTHON)), dict(drawn(Language.PYTHON, model=HOSTILE, address=HOSTILE,
                                                                  head=(HOSTILE, HOSTILE)))  # fmt: skip
    for name, program in hostile.items():
        tree = ast.parse(program)
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert any(isinstance(text, str) and text.startswith(HOSTILE) for text in texts), name
        assert ast.dump(_Shape().visit(tree)) == ast.dump(_Shape().visit(ast.parse(harmless[name]))), name


@pytest.mark.parametrize("language", [Language.JAVASCRIPT, Language.CSHARP, Language.CURL])
def test_hostile_values_add_no_line_to_a_program(language: Language) -> None:
    harmless = dict(drawn(language))
    for name, program in drawn(language, model=HOSTILE, address=HOSTILE, head=(HOSTILE, "", HOSTILE)):
        assert len(program.splitlines()) == len(harmless[name].splitlines()), name


def test_hostile_values_stay_words_in_a_shell(tmp_path: Path) -> None:
    """Every script is run with a `curl` that only writes down the address it was given."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "curl").write_text('#!/bin/sh\nfor each; do case $each in */chat/*|*/info) echo "$each"; esac; done\n')
    (programs / "az").write_text("#!/bin/sh\necho token\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    (tmp_path / "a.png").write_bytes(b"png")
    scripts = [program for _, program in drawn(Language.CURL, model=HOSTILE, address=HOSTILE, head=(HOSTILE,))]
    for number, script in enumerate(scripts):
        (tmp_path / f"{number:03}.sh").write_text(script)
    environ = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "AZURE_INFERENCE_CREDENTIAL": "key"}
    done = subprocess.run(
        ["sh", "-c", "for each in ???.sh; do sh $each a.png || :; done"], cwd=tmp_path, env=environ,
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip

    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".sh"} == {"a.png", "bin"}
    heard = [line for line in done.stdout.splitlines() if line.startswith(comment(HOSTILE))]
    assert len(heard) >= len(scripts) * 8 // 9  # those about the content filter keep what curl writes to themselves
    assert done.stderr.count("not found") == 0


def test_a_route_has_the_address_that_our_own_client_uses() -> None:
    assert snippets.MODELS_API_VERSION == inference_routes.MODELS_API_VERSION
    assert {route: view(SnippetTask.CHAT, route).chat_url for route in snippets.PATHS} == {
        Route.SERVERLESS: "https://r1.example/chat/completions",
        Route.MODELS: "https://r1.example/models/chat/completions?api-version=2024-05-01-preview",
        Route.OPENAI_V1: "https://r1.example/openai/v1/chat/completions",
    }
