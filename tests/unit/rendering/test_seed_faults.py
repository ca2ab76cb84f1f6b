"""The tutorials' own code has faults. Each is listed with its correction, and the program that is handed out has it.

`where` names the block; that the fault is there is checked where the tutorials are at hand. That a corrected program
also runs is `tests/clients/test_snippets.py` and, for shells, `tests/contract/test_snippets.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from tests.seed_document import Place, seed_blocks
from tests.unit.rendering.snippet_views import ROUTES, view

from azserve.model.catalogue import Route
from azserve.model.snippet import Client, Language, SnippetTask
from azserve.rendering.snippets import draw_snippet

PYTHON, JAVASCRIPT, CSHARP = Language.PYTHON, Language.JAVASCRIPT, Language.CSHARP


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in the tutorials."""

    name: str
    where: Place
    fault: str
    correction: str
    language: Language
    task: SnippetTask
    there: str = ""
    """What shows the fault in the block, as an expression."""
    lacks: str = ""
    """What the block should have and has not."""
    holds: str = ""
    """What the program has instead."""
    gone: str = ""
    """What it must not have."""
    signs_in: bool = False


FAULTS = (
    Fault(
        "raised again",
        ("Apply content safety #1", 1),
        "an error that was just handled is raised again, so the program fails although it dealt with it",
        "only what is no content filter is raised",
        PYTHON,
        SnippetTask.CONTENT_FILTER,
        there=r"raise\nraise\Z",
        holds=r'code != "content_filter":\n        raise\n    print',
        gone=r"(?m)^    raise$",
    ),
    Fault(
        "error never imported",
        ("Apply content safety #1", 1),
        "`HttpResponseError` is caught and imported nowhere",
        "it is imported",
        PYTHON,
        SnippetTask.CONTENT_FILTER,
        lacks=r"import .*HttpResponseError",
        holds=r"from azure\.core\.exceptions import HttpResponseError",
    ),
    Fault(
        "a None is printed",
        ("Stream content #1", 2),
        "a delta without text is printed as `None`, and nothing is flushed",
        "pieces without text are left out",
        PYTHON,
        SnippetTask.STREAM,
        there=r"print\(update\.choices\[0\]\.delta\.content, end=\"\"\)",
        holds=r"if choice\.delta\.content:\n\s+yield",
        gone=r"print\([^)]*delta\.content, end=\"\"\)",
    ),
    Fault(
        "sampling of a model that thinks",
        ("Stream content #1", 1),
        "`temperature` and `top_p` are sent to a model that, by the same tutorials, does not take them, with a limit "
        "that its thinking can use up",
        "none of them is sent",
        PYTHON,
        SnippetTask.STREAM,
        there=r"temperature=0",
        gone=r"temperature|top_p|max_tokens",
    ),
    Fault(
        "a name that does not exist",
        ("Stream content #6", 2),
        "the loop runs over a name that does not exist instead of the parameter",
        "it runs over what it was given",
        PYTHON,
        SnippetTask.STREAM,
        there=r"def print_stream\(result\)[\s\S]*in completion:",
        holds=r"def pieces\(stream\):[\s\S]*for update in stream:",
    ),
    Fault(
        "a tag in one piece",
        ("Stream content #6", 2),
        "thinking is told by a piece that is exactly the tag, which a stream need not have",
        "what has come so far is looked at",
        PYTHON,
        SnippetTask.STREAM,
        there=r"content == \"<think>\"",
        holds=r'"</think>" in begun',
        gone=r'== "</?think>"',
    ),
    Fault(
        "a class as the type of a format",
        ("Create JSON outputs #1", 1),
        "the format is a class in a dictionary, and the class is not in the package any more",
        "it is the plain name",
        PYTHON,
        SnippetTask.JSON,
        there=r"\"type\": ChatCompletionsResponseFormatJSON\(\)",
        holds=r'response_format="json_object"',
        gone=r"ChatCompletionsResponseFormat",
    ),
    Fault(
        "quotes that vanish",
        ("Create JSON outputs #1", 1),
        "two strings are glued where quotes were meant, so the model is shown a form that is not JSON",
        "the quotes are escaped",
        PYTHON,
        SnippetTask.JSON,
        there=r'\{ ""answer"": ""response"" \}',
        holds=r'\{\\"answer\\": \\"\.\.\.\\"\}',
        gone=r'""answer""',
    ),
    Fault(
        "cut off JSON",
        ("Create JSON outputs #1", 1),
        "nobody looks whether the answer is whole, although the text says that it may be cut off",
        "the finish reason is looked at before the JSON is read",
        PYTHON,
        SnippetTask.JSON,
        lacks=r"finish_reason",
        holds=r'finish_reason != "stop"',
    ),
    Fault(
        "parameters of other names",
        ("Use tools #1", 2),
        "the function's parameters have other names than its definition gives, so calling it fails",
        "both have the same names",
        PYTHON,
        SnippetTask.TOOLS,
        there=r"loc_origin",
        holds=r"def get_flight_info\(origin_city: str, destination_city: str\)",
        gone=r"loc_origin",
    ),
    Fault(
        "apostrophes become quotes",
        ("Use tools #1", 6),
        "every apostrophe in the arguments is turned into a quote, which breaks JSON that has one",
        "the arguments are read as the JSON they are",
        PYTHON,
        SnippetTask.TOOLS,
        there=r"\.replace\(",
        holds=r"json\.loads\(call\.function\.arguments\)",
        gone=r"\.replace\(",
    ),
    Fault(
        "any name is called",
        ("Use tools #1", 6),
        "whatever name the model gives is looked up among all local names and called",
        "only functions of a table are called",
        PYTHON,
        SnippetTask.TOOLS,
        there=r"locals\(\)\[",
        holds=r"functions\[call\.function\.name\]",
        gone=r"locals\(",
    ),
    Fault(
        "a class of another name",
        ("Use tools #1", 1),
        "the tool's class has another name in the package",
        "it has the package's",
        PYTHON,
        SnippetTask.TOOLS,
        there=r"ChatCompletionsFunctionToolDefinition",
        holds=r"\bChatCompletionsToolDefinition\(",
        gone=r"ChatCompletionsFunctionToolDefinition",
    ),
    Fault(
        "the answer is not shown",
        ("Use tools #1", 7),
        "the answer to the tool's result is asked for and never shown",
        "it is printed",
        PYTHON,
        SnippetTask.TOOLS,
        lacks=r"print",
        holds=r'print\("Response:", response\.choices\[0\]\.message\.content\)\n\Z',
    ),
    Fault(
        "an image for a model that sees none",
        ("Use chat completions with images #1", 3),
        "the sample goes to a model that takes text only, as its print-out says",
        "the task is refused there",
        PYTHON,
        SnippetTask.IMAGE,
        there=r"ImageContentItem\(image=",
        holds=r"ImageContentItem\(image_url=",
        gone=r"ImageContentItem\(image=",
    ),
    Fault(
        "any address is an image",
        ("Use chat completions with images #1", 1),
        "the format is said by hand and anything that comes is sent",
        "a file is named, and must look like an image",
        PYTHON,
        SnippetTask.IMAGE,
        there=r"image_format = ",
        holds=r'startswith\("image/"\)',
        gone=r"urlopen|IPython",
    ),
    Fault(
        "a token for somebody else",
        ("Use chat completions #1", 2),
        "a Foundry resource is given a token of the client's usual audience, which it refuses",
        "the audience is named",
        PYTHON,
        SnippetTask.ENTRA,
        lacks=r"credential_scopes",
        holds=r"credential_scopes=\[",
        signs_in=True,
    ),
    Fault(
        "no class to make",
        ("Create a client to consume the model #2", 1),
        "the client is a function and is called as a class",
        "it is called",
        JAVASCRIPT,
        SnippetTask.CHAT,
        there=r"new ModelClient\(",
        holds=r"const client = ModelClient\(",
        gone=r"new ModelClient",
    ),
    Fault(
        "an unasked stream",
        ("Stream content #2", 1),
        "nothing asks for a stream, so the whole answer comes at once and not as events",
        "`stream: true` is sent",
        JAVASCRIPT,
        SnippetTask.STREAM,
        lacks=r"stream: true",
        holds=r"stream: true",
    ),
    Fault(
        "createSseStream from nowhere",
        ("Stream content #2", 2),
        "`createSseStream` is imported nowhere",
        "it is imported",
        JAVASCRIPT,
        SnippetTask.STREAM,
        there=r"createSseStream\(stream\)",
        lacks=r"import",
        holds=r'import \{ createSseStream \} from "@azure/core-sse"',
    ),
    Fault(
        "nothing is destroyed",
        ("Stream content #2", 2),
        "where there is no stream, a method of it is called",
        "it is said that there is none",
        JAVASCRIPT,
        SnippetTask.STREAM,
        there=r"if \(!stream\) \{\nstream\.destroy",
        holds=r"if \(!response\.body\) \{\n  throw",
        gone=r"destroy",
    ),
    Fault(
        "a return outside of a function",
        ("Stream content #2", 2),
        "`return` stands at the top level of a module, which is a syntax error",
        "it stands in a function",
        JAVASCRIPT,
        SnippetTask.STREAM,
        there=r"(?m)^return;",
        holds=r"async function\* pieces[\s\S]*\"\[DONE\]\"\) return",
        gone=r"(?m)^return",
    ),
    Fault(
        "the error of a stream",
        ("Stream content #2", 2),
        "a member of a body that is a stream is shown as the error, which is `undefined`",
        "the stream is read",
        JAVASCRIPT,
        SnippetTask.STREAM,
        there=r"\$\{response\.body\.error\}",
        holds=r"for await \(const part of response\.body\) said \+= part",
        gone=r"response\.body\.error",
    ),
    Fault(
        "a line for every piece",
        ("Stream content #2", 2),
        "each piece is printed on a line of its own",
        "pieces are written as they are",
        JAVASCRIPT,
        SnippetTask.STREAM,
        there=r"console\.log\(choice\.delta",
        holds=r"process\.stdout\.write\(piece\)",
        gone=r"console\.log\(choice",
    ),
    Fault(
        "a tab that is none",
        ("Understanding reasoning #2", 2),
        "a backslash before a letter that needs none takes the place of a tab",
        "there is no such escape",
        JAVASCRIPT,
        SnippetTask.REASONING,
        there=r"\\Answer",
        holds=r'console\.log\("Answer:"',
        gone=r"\\A",
    ),
    Fault(
        "an object is thrown",
        ("Create a chat completion request #2", 2),
        "a plain object is thrown, which has no trace, and nothing at all where the body is flat",
        "an Error is thrown with status and body",
        JAVASCRIPT,
        SnippetTask.CHAT,
        there=r"throw response\.body\.error",
        holds=r"throw new Error\(`status \$\{response\.status\}",
        gone=r"throw response",
    ),
    Fault(
        "a refusal that is never thrown",
        ("Apply content safety #2", 1),
        "this client returns refusals, so what catches them is never reached, and what it looks for are names of the "
        "Python client",
        "the returned status is looked at",
        JAVASCRIPT,
        SnippetTask.CONTENT_FILTER,
        there=r"error\.response\._content",
        holds=r"isUnexpected\(response\)",
        gone=r"_content\)|status_code|catch",
    ),
    Fault(
        "other errors are swallowed",
        ("Apply content safety #2", 1),
        "an error that is no 400 ends in silence",
        "everything else is thrown",
        JAVASCRIPT,
        SnippetTask.CONTENT_FILTER,
        there=r"(?s)throw error;\n\}\n\}\n\}\Z",
        holds=r"\} else \{\n  throw new Error",
    ),
    Fault(
        "a pattern from nowhere",
        ("Understanding reasoning #3", 2),
        "`pattern` is declared nowhere",
        "it is",
        CSHARP,
        SnippetTask.REASONING,
        there=r"new Regex\(pattern",
        lacks=r"pattern = ",
        holds=r'var pattern = new Regex\(@"',
        gone=r"Regex\(pattern",
    ),
    Fault(
        "a brace that is missing",
        ("Understanding reasoning #3", 2),
        "the brace before `else` is missing",
        "it is there",
        CSHARP,
        SnippetTask.REASONING,
        there=r";\nelse\n",
        holds=r"\}\n\s+else\n",
    ),
    Fault(
        "a namespace that is missing",
        ("The inference package installed #3", 4),
        "regular expressions are used and their namespace is not imported",
        "it is",
        CSHARP,
        SnippetTask.REASONING,
        lacks=r"RegularExpressions",
        holds=r"using System\.Text\.RegularExpressions;",
    ),
    Fault(
        "a model as options",
        ("Create a client to consume the model #3", 1),
        "the model's name is passed where options of the client belong",
        "a serverless client is given none",
        CSHARP,
        SnippetTask.CHAT,
        there=r'"DeepSeek-R1"\n\)',
        holds=r"new AzureKeyCredential\(key\)\);",
        gone=r'"DeepSeek-R1"',
    ),
    Fault(
        "a key that may be null",
        ("Create a client to consume the model #3", 1),
        "a variable that is not set is passed on as null",
        "it is said by its name",
        CSHARP,
        SnippetTask.CHAT,
        there=r"GetEnvironmentVariable\(\"AZURE_INFERENCE_CREDENTIAL\"\)\)",
        holds=r"\?\? throw new",
    ),
    Fault(
        "options from nowhere",
        ("Apply content safety #3", 1),
        "`requestOptions` and `response` are declared nowhere",
        "they are",
        CSHARP,
        SnippetTask.CONTENT_FILTER,
        there=r"(?m)^requestOptions = new",
        holds=r"var request = new ChatCompletionsOptions",
        gone=r"requestOptions|(?m:^\s*response = )",
    ),
)


def program(fault: Fault) -> str:
    """Return the program that has the correction, for the tutorials' own client and hosting."""
    route = Route.MODELS if fault.signs_in else ROUTES[Client.AZURE_AI_INFERENCE][0]
    return draw_snippet(fault.language, Client.AZURE_AI_INFERENCE, view(fault.task, route, signs_in=fault.signs_in))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_the_program_has_the_corrected_form(fault: Fault) -> None:
    text = program(fault)

    assert fault.holds or fault.gone
    assert re.search(fault.holds, text)
    assert not fault.gone or not re.search(fault.gone, text)


@pytest.mark.reference
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_the_fault_is_where_the_table_says(fault: Fault) -> None:
    text = seed_blocks()[fault.where].text

    assert fault.there or fault.lacks
    assert re.search(fault.there, text)
    assert not fault.lacks or not re.search(fault.lacks, text)


def test_every_fault_says_what_is_wrong_and_what_is_right_instead() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.fault and fault.correction for fault in FAULTS)
