"""Client code: a view of one endpoint in, a complete program out.

One template per language, client and task in `templates/snippets/`, on a base per client that holds the head, the
imports and the sign-in. The environments are those of ARM and Bicep: sandboxed, strict, and nothing is printed that no
filter of the language has made a value or a remark.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jinja2.sandbox import ImmutableSandboxedEnvironment

from azserve.model.catalogue import Route
from azserve.model.snippet import Client, Language, SnippetTask
from azserve.rendering.escaping import Rendered, comment, json_text
from azserve.rendering.templates import strict_environment, template_root

MODELS_API_VERSION: Final = "2024-05-01-preview"
"""Of `/models` (documentation 2025-08-27); the clients bring their own."""
PATHS: Final[Mapping[Route, str]] = {Route.SERVERLESS: "", Route.MODELS: "/models", Route.OPENAI_V1: "/openai/v1"}
"""What a route adds to an endpoint's address."""
ENDINGS: Final[Mapping[Language, str]] = {
    Language.PYTHON: "py",
    Language.JAVASCRIPT: "mjs",
    Language.CSHARP: "cs",
    Language.CURL: "sh",
}
"""Of a program's file: `.mjs`, so that Node takes it for a module wherever it stands."""
_BEFORE_IMPORT: Final = re.compile(r"\n{3,}(?=from |import )")
_GAP: Final = {each: re.compile(r"\n{4,}" if each is Language.PYTHON else r"\n{3,}") for each in Language}
"""Blank lines that a part left out leaves behind. No value has a line of its own to lose."""
_ASTRAL: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class SnippetView:
    """What a program is drawn from. Texts may hold anything."""

    task: SnippetTask
    route: Route
    address: str
    """The endpoint's, without the route."""
    model: str | None
    """What to name as `model`; None where the route takes none."""
    key_variable: str
    """The environment variable that holds the key, or the token of a shell script."""
    audience: str
    """Whom a token must be for."""
    signs_in: bool
    """With Entra instead of a key."""
    system: bool
    """Whether the model takes a system prompt."""
    thinks: bool
    """Whether its answer begins with `<think>` on this route."""
    head: tuple[str, ...]
    """What the program says of itself, line by line."""

    @property
    def base(self) -> str:
        """What a client is given as the address."""
        return self.address + PATHS[self.route]

    @property
    def chat_url(self) -> str:
        """The address of chat completions."""
        version = f"?api-version={MODELS_API_VERSION}" if self.route is Route.MODELS else ""
        return f"{self.base}/chat/completions{version}"

    @property
    def info_url(self) -> str:
        """The address of the model's information, on the serverless route."""
        return f"{self.base}/info"

    @property
    def scope(self) -> str:
        """What a client asks a token for."""
        return f"{self.audience}/.default"

    @property
    def openai(self) -> bool:
        """Whether the route is OpenAI's, which sets thinking apart and takes a key in another header."""
        return self.route is Route.OPENAI_V1

    @property
    def bearer(self) -> bool:
        """Whether what signs in goes out as `Authorization: Bearer`."""
        return self.signs_in or self.route is Route.SERVERLESS


def draw_snippet(language: Language, client: Client, view: SnippetView) -> str:
    """Return the program. Every pair of language and client that `verbs` offers has a template for every task."""
    task = SnippetTask.CHAT if view.task is SnippetTask.ENTRA else view.task  # the same, signed in another way
    folder = language.value if language is Language.CURL else f"{language}-{client}"
    name = f"snippets/{folder}/{task}.{ENDINGS[language]}.j2"
    drawn = _environment(language).get_template(name).render(view=view)
    if language is Language.PYTHON:
        drawn = _BEFORE_IMPORT.sub("\n\n", drawn)
    return _GAP[language].sub("\n\n\n" if language is Language.PYTHON else "\n\n", drawn).strip("\n") + "\n"


@lru_cache
def _environment(language: Language) -> ImmutableSandboxedEnvironment:
    return strict_environment((template_root(),), FILTERS[language])


def string(text: str) -> Rendered:
    """Write text as a string literal in double quotes, which JavaScript and C# read as JSON does."""
    return Rendered(json_text(text, indent=False))


def python_string(text: str) -> Rendered:
    """Write text as a string literal of Python, whose escapes name whole characters and not halves of them."""
    return Rendered(_ASTRAL.sub(_whole, string(text)))


def _whole(match: re.Match[str]) -> str:
    return rf"\U{0x10000 + ((int(match[1], 16) - 0xD800) << 10) + int(match[2], 16) - 0xDC00:08x}"


def word(text: str) -> Rendered:
    """Write text as one word of a shell, on one line."""
    return Rendered(shlex.quote(comment(text)))


def quoted_json(text: str) -> Rendered:
    """Write text as a JSON string that stands inside the single quotes of a shell."""
    return Rendered(string(text).replace("'", r"\u0027"))


def variable(name: str) -> Rendered:
    """Let through the name of an environment variable; azserve makes them."""
    assert re.fullmatch("[A-Z_]+", name)
    return Rendered(name)


def hash_remark(text: str) -> Rendered:
    """Write a line of a comment of Python or a shell."""
    return Rendered(f"# {comment(text)}".rstrip())


def slash_remark(text: str) -> Rendered:
    """Write a line of a comment of JavaScript or C#."""
    return Rendered(f"// {comment(text)}".rstrip())


FILTERS: Final[Mapping[Language, Mapping[str, Callable[..., Rendered]]]] = {
    Language.PYTHON: {"string": python_string, "remark": hash_remark, "variable": variable},
    Language.JAVASCRIPT: {"string": string, "remark": slash_remark, "variable": variable},
    Language.CSHARP: {"string": string, "remark": slash_remark, "variable": variable},
    Language.CURL: {"word": word, "json": quoted_json, "remark": hash_remark, "variable": variable},
}
"""By language. Each makes text a value, a remark or a name, and nothing else."""
