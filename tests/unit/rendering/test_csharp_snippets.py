"""C# as far as can be told without .NET, which is not to be had where these tests run.

Every program parses without an error node (tree-sitter), and uses no name that neither it nor what it imports
declares. Where a `mcs` is on the path, every program but the streaming one is also compiled, warnings being errors,
against declarations of ours (`csharp/declarations.cs`) that repeat the public surface of the packages; `mcs` does not
know `await foreach`. No C# program is run, and a mistake in our declarations would not be seen.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_c_sharp
from tests.unit.rendering.snippet_views import drawn
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

from azserve.model.snippet import Language

DECLARATIONS = Path(__file__).parent / "csharp" / "declarations.cs"
IMPORTED = {
    "Math", "Console", "Environment", "Uri", "BinaryData", "StringComparison", "Regex", "RegexOptions", "Match",
    "Path", "JsonDocument", "JsonSerializer", "ChatCompletionsResponseFormat", "CompletionsFinishReason",
    "HttpPipelinePosition",
}  # fmt: skip
"""Types that a program names outside of a declaration; types in declarations are left to the compiler."""
DECLARING = {"variable_declarator", "parameter", "catch_declaration", "method_declaration", "declaration_expression"}


def parsed(program: str) -> Node:
    return Parser(Grammar(tree_sitter_c_sharp.language())).parse(program.encode()).root_node


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def text_of(node: Node | None) -> str:
    return node.text.decode() if node is not None and node.text is not None else ""


def mistakes(program: str) -> list[str]:
    """Return places that do not parse."""
    return [f"{node.start_point.row + 1}: {text_of(node)[:40]}" for node in walk(parsed(program))
            if node.is_error or node.is_missing]  # fmt: skip


def undeclared(program: str) -> set[str]:
    """Return names that are used as values and declared nowhere in the program."""
    root = parsed(program)
    declared = {text_of(node.child_by_field_name("name")) for node in walk(root) if node.type in DECLARING}
    declared |= {text_of(node.child_by_field_name("left")) for node in walk(root) if node.type == "foreach_statement"}
    return {text_of(node) for node in walk(root) if node.type == "identifier" and _is_value(node)} - declared - IMPORTED


def _is_value(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    match parent.type:
        case "member_access_expression":
            return parent.child_by_field_name("expression") == node
        case "assignment_expression":  # `Model = …` in an initialiser names a member
            above = parent.parent
            named = parent.child_by_field_name("left") == node and above is not None
            return not (named and above is not None and above.type == "initializer_expression")
        case "argument":
            return parent.child_by_field_name("name") != node
        case "invocation_expression" | "element_access_expression" | "binary_expression" | "interpolation":
            return True
        case "conditional_expression" | "prefix_unary_expression" | "return_statement" | "parenthesized_expression":
            return True
        case _:
            return False


PROGRAMS = dict(drawn(Language.CSHARP))


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_parses_and_uses_only_what_is_declared(program: str) -> None:
    assert mistakes(program) == []
    assert undeclared(program) == set()


def test_hostile_values_leave_the_shape_of_a_program_alone() -> None:
    hostile = '"; } /* \\" @" $"{x}" \n\u2028 // '
    for name, program in drawn(Language.CSHARP, model=hostile, address=hostile, head=(hostile,)):
        harmless = PROGRAMS[name]
        assert mistakes(program) == []
        shapes = [
            [node.type for node in walk(parsed(each)) if node.type not in {"comment", "escape_sequence"}
             and not node.type.startswith("string_literal")]
            for each in (program, harmless)
        ]  # fmt: skip
        assert shapes[0] == shapes[1], name


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("class P { static void Main() { var r = new Regex(pattern); r.Match(text); } }", {"pattern", "text"}),
        ("class P { static void Main() { options = new Options() { Model = model }; } }", {"model"}),
        ("class P { static void Main(string[] args) { int a = 1; foreach (int b in args) { F(a + b); } } }", {"F"}),
    ],
)
def test_the_check_sees_a_name_that_is_declared_nowhere(program: str, names: set[str]) -> None:
    assert undeclared(program) >= names


def test_the_check_sees_a_brace_that_is_missing() -> None:
    assert mistakes("class P { static void Main() { if (a) { B(); else { C(); } } }")


@pytest.fixture(scope="module")
def compiler() -> str:
    found = shutil.which("mcs")
    if found is None:
        pytest.skip("mcs is not there")
    return found


def compiled(compiler: str, folder: Path, program: str) -> str:
    """Return what the compiler has to say, nothing where a program is in order."""
    source = folder / "Program.cs"
    source.write_text(program, "utf-8")
    done = subprocess.run(
        [compiler, "-nologo", "-langversion:7.2", "-warnaserror", f"-out:{folder / 'program.exe'}", str(source),
         str(DECLARATIONS)], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode else ""


def test_programs_compile_against_the_packages_public_surface(compiler: str, tmp_path: Path) -> None:
    """All but the streaming one: `mcs` does not know `await foreach`."""
    for name, program in PROGRAMS.items():
        if not name.startswith("stream"):
            assert compiled(compiler, tmp_path, program) == "", name


def test_the_compiler_sees_a_model_that_is_passed_as_options(compiler: str, tmp_path: Path) -> None:
    program = PROGRAMS["chat serverless False False"].replace("(key));", '(key), "DeepSeek-R1");')

    assert "ChatCompletionsClient" in compiled(compiler, tmp_path, program)
