"""`azserve snippet`: client code for a deployed endpoint, ready to run.

What a model is published not to do is refused, because the program would only show that; where nothing is published
there is a program and a warning. A task that only one of the fleet's endpoints can do needs no `--endpoint`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, assert_never

from azserve.errors import ChecksFailed, ConfigurationError, Problem, Refused, Severity, UsageError
from azserve.model.artifact import RenderedFile
from azserve.model.audience import audience_of
from azserve.model.catalogue import Catalogue, Hosting, Route, Support, Trait
from azserve.model.endpoint import Endpoint
from azserve.model.names import EndpointKey, Region
from azserve.model.results import SnippetResult, SnippetTaskRow, SnippetTasksResult
from azserve.model.settings import ContentFilter, Settings, SignIn
from azserve.model.snippet import Client, Language, Snippet, SnippetTask
from azserve.rendering.snippets import ENDINGS, SnippetView, draw_snippet
from azserve.rendering.writing import write_files
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import Selection, standing

KEY_VARIABLE: Final = "AZURE_INFERENCE_CREDENTIAL"
"""The tutorials' own name."""
JAVA: Final = "https://github.com/Azure/azure-sdk-for-java/tree/main/sdk/ai/azure-ai-inference/src/samples"
SHOWS: Final[Mapping[SnippetTask, str]] = {
    SnippetTask.INFO: "the model behind the endpoint, by its /info route",
    SnippetTask.CHAT: "one chat completion, with the tokens it used",
    SnippetTask.STREAM: "the answer as it comes",
    SnippetTask.REASONING: "the thinking apart from the answer",
    SnippetTask.JSON: "an answer in JSON",
    SnippetTask.TOOLS: "a function that the model has called, and what it makes of the result",
    SnippetTask.IMAGE: "a question about an image",
    SnippetTask.CONTENT_FILTER: "a prompt that the content filter stops",
    SnippetTask.ENTRA: "one chat completion, signed in with Entra instead of a key",
}
NEEDS: Final[Mapping[SnippetTask, tuple[Trait, ...]]] = {
    SnippetTask.INFO: (),
    SnippetTask.CHAT: (Trait.CHAT,),
    SnippetTask.STREAM: (Trait.CHAT, Trait.STREAM),
    SnippetTask.REASONING: (Trait.CHAT, Trait.REASONING),
    SnippetTask.JSON: (Trait.CHAT, Trait.JSON_OBJECT),
    SnippetTask.TOOLS: (Trait.CHAT, Trait.TOOLS),
    SnippetTask.IMAGE: (Trait.CHAT, Trait.IMAGES),
    SnippetTask.CONTENT_FILTER: (Trait.CHAT,),
    SnippetTask.ENTRA: (Trait.CHAT,),
}
LACKING: Final = frozenset({Support.REFUSED, Support.IGNORED})
CLIENTS: Final[Mapping[Language, tuple[Client, ...]]] = {
    Language.PYTHON: (Client.OPENAI, Client.AZURE_AI_INFERENCE),
    Language.JAVASCRIPT: (Client.OPENAI, Client.AZURE_AI_INFERENCE),
    Language.CSHARP: (Client.AZURE_AI_INFERENCE,),
    Language.CURL: (Client.OPENAI, Client.AZURE_AI_INFERENCE),
}
"""What there are templates for, the one that is taken unless another is asked for first."""
ROUTES: Final[Mapping[tuple[Hosting, Client], Route]] = {
    (Hosting.SERVERLESS, Client.AZURE_AI_INFERENCE): Route.SERVERLESS,
    (Hosting.FOUNDRY, Client.AZURE_AI_INFERENCE): Route.MODELS,
    (Hosting.FOUNDRY, Client.OPENAI): Route.OPENAI_V1,
}
"""The route that a client speaks; OpenAI's has none on serverless endpoints."""
PACKAGES: Final[Mapping[tuple[Language, Client], tuple[str, ...]]] = {
    (Language.PYTHON, Client.AZURE_AI_INFERENCE): ("azure-ai-inference",),
    (Language.PYTHON, Client.OPENAI): ("openai",),
    (Language.JAVASCRIPT, Client.AZURE_AI_INFERENCE): ("@azure-rest/ai-inference",),
    (Language.JAVASCRIPT, Client.OPENAI): ("openai",),
    (Language.CSHARP, Client.AZURE_AI_INFERENCE): ("Azure.AI.Inference",),
}
IDENTITY: Final = {
    Language.PYTHON: "azure-identity",
    Language.JAVASCRIPT: "@azure/identity",
    Language.CSHARP: "Azure.Identity",
}
RUN: Final = {Language.PYTHON: "python", Language.JAVASCRIPT: "node", Language.CURL: "sh"}


@dataclass(frozen=True, slots=True)
class SnippetRequest:
    """Which program, for which endpoint, and where to put it."""

    settings: Settings
    catalogue: Catalogue
    language: Language
    task: SnippetTask = SnippetTask.CHAT
    client: Client | None = None
    """None: OpenAI's where the endpoint has a route for it, else the tutorials' own."""
    endpoint: EndpointKey | None = None
    """None: the only one that can do the task."""
    region: Region | None = None
    """None: the first in which it stands."""
    out: Path | None = None
    force: bool = False
    """Overwrite a file that is there and different."""
    common: tuple[str, ...] = ()
    """What a command of azserve needs besides, to be about the same fleet."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """An endpoint, the way there, and why it cannot be, if it cannot."""

    endpoint: Endpoint
    client: Client
    route: Route
    abilities: Mapping[Trait, Support]
    refusal: str | None

    def support(self, trait: Trait) -> Support:
        return self.abilities.get(trait, Support.UNKNOWN)


def list_tasks() -> SnippetTasksResult:
    """Return what client code can show."""
    rows = tuple(SnippetTaskRow(task, SHOWS[task], tuple(NEEDS[task])) for task in SnippetTask)
    return SnippetTasksResult(rows, tuple(Language))


def snippet(request: SnippetRequest, azure: AzurePorts, clock: Clock) -> tuple[SnippetResult, tuple[Problem, ...]]:
    """Return the program, written where that was asked for, with notes on what is worth knowing before it is run.

    Raises UsageError where it is not clear which endpoint is meant, Refused where the endpoint cannot do the task,
    ConfigurationError where another file is in the way.
    """
    chosen = Selection((request.region,) if request.region else (), (request.endpoint,) if request.endpoint else ())
    _check_client(request)
    found = standing(request.settings, request.catalogue, azure, clock, chosen)
    choice = _chosen(request, tuple(each for each in found if each.uri))
    drawn = _drawn(choice, request)
    written = _written(drawn, request) if request.out else None
    told = (*_elsewhere(choice, found, request), *_unpublished(choice, request), *_unfiltered(choice, request))
    return SnippetResult(drawn, written), told


def _check_client(request: SnippetRequest) -> None:
    """Raise UsageError for a client that the language does not have."""
    offered = CLIENTS[request.language]
    if request.client is not None and request.client not in offered:
        hint = f"there is {_listed(offered)}"
        raise UsageError(f"nothing is written for `{request.client}` in {request.language}", hint=hint)


def _chosen(request: SnippetRequest, endpoints: Sequence[Endpoint]) -> _Choice:
    if not endpoints:
        raise ChecksFailed(
            "no endpoint that was asked for has an address yet",
            code="no-address",
            hint="it may still be being made; see `azserve status`",
        )
    choices = {each.key: _choice(request, each) for each in reversed(endpoints)}  # the first region of each wins
    able = [choices[key] for key in dict.fromkeys(each.key for each in endpoints) if choices[key].refusal is None]
    if not able:
        raise Refused(
            "; ".join(dict.fromkeys(str(each.refusal) for each in choices.values())),
            code="task-not-supported",
            hint=_instead(request, choices),
        )
    if len(able) > 1:
        raise UsageError(
            f"{len(able)} endpoints can do that: {_listed([each.endpoint.key for each in able])}",
            code="endpoint-ambiguous",
            hint=f"choose one, for example with `--endpoint {able[0].endpoint.key}`",
        )
    return able[0]


def _choice(request: SnippetRequest, endpoint: Endpoint) -> _Choice:
    ways = [each for each in CLIENTS[request.language] if (endpoint.hosting, each) in ROUTES]
    client = request.client if request.client in ways else ways[0]
    route = ROUTES[endpoint.hosting, client]
    hosted = request.catalogue.hosted(endpoint.model, endpoint.hosting)
    abilities = hosted.traits.get(route, {}) if hosted else {}
    refusal = _refusal(request.task, endpoint, abilities)
    if request.client not in (None, client):
        refusal = f"`{request.client}` has no route to `{endpoint.key}`, a serverless endpoint: `{client}` has"
    return _Choice(endpoint, client, route, abilities, refusal)


def _refusal(task: SnippetTask, endpoint: Endpoint, abilities: Mapping[Trait, Support]) -> str | None:
    """Return why a task cannot be done, None where it can, or where nobody knows."""
    if task is SnippetTask.INFO and endpoint.hosting is Hosting.FOUNDRY:
        return f"`{endpoint.key}` is a Foundry deployment, which has no /info route (`azserve info` asks ARM instead)"
    if task is SnippetTask.ENTRA and endpoint.sign_in is SignIn.KEY and endpoint.hosting is Hosting.SERVERLESS:
        return f"`{endpoint.key}` takes keys only"  # an account takes tokens, whatever its file signs in with
    lacking = [trait for trait in NEEDS[task] if abilities.get(trait) in LACKING]
    if lacking:
        return f"`{endpoint.model}` behind `{endpoint.key}` does not do {_listed(lacking)}, as published"
    return None


def _instead(request: SnippetRequest, choices: Mapping[EndpointKey, _Choice]) -> str:
    """Return what the endpoints can do."""
    told = []
    for key, choice in choices.items():
        able = [task for task in SnippetTask if not _refusal(task, choice.endpoint, choice.abilities)]
        told.append(f"`{key}` can do {_listed(able)}" if able else f"nothing is written for what `{key}` does")
    others = sorted(set(request.settings.endpoints) - set(choices))
    more = f"; the fleet also has {_listed(others)}" if others else ""
    return "; ".join(told) + more


def _drawn(choice: _Choice, request: SnippetRequest) -> Snippet:
    endpoint, language, task = choice.endpoint, request.language, request.task
    signs_in = task is SnippetTask.ENTRA or endpoint.sign_in is SignIn.ENTRA
    needs = _needs(choice, request, signs_in=signs_in)
    file = request.out or Path(f"{task}.{ENDINGS[language]}")
    snippet = Snippet(
        endpoint=endpoint.key,
        region=endpoint.region,
        model=endpoint.model,
        language=language,
        task=task,
        client=choice.client,
        route=choice.route,
        address="",
        needs=needs,
        install=_install(needs, language),
        key_variable=None if signs_in else KEY_VARIABLE,
        key_command=None if signs_in else _key_command(endpoint, request.common),
        run=_run(language, task, str(file)),
        file=file.name,
        program="",
    )
    thinking = choice.support(Trait.REASONING) not in LACKING and choice.route is not Route.OPENAI_V1
    view = SnippetView(
        task=task,
        route=choice.route,
        address=endpoint.uri.rstrip("/"),
        model=endpoint.deployment,
        key_variable=KEY_VARIABLE,
        audience=audience_of(endpoint),
        signs_in=signs_in,
        system=choice.support(Trait.SYSTEM_PROMPT) not in LACKING,
        thinks=thinking,
        head=_head(snippet),
    )
    return replace(snippet, address=view.base, program=draw_snippet(language, choice.client, view))


def _needs(choice: _Choice, request: SnippetRequest, *, signs_in: bool) -> tuple[str, ...]:
    if request.language is Language.CURL:
        return ("curl", "az") if signs_in else ("curl",)
    needs = list(PACKAGES[request.language, choice.client])
    if request.language is Language.JAVASCRIPT and choice.client is Client.AZURE_AI_INFERENCE:
        needs += [] if signs_in else ["@azure/core-auth"]
        needs += ["@azure/core-sse"] if request.task is SnippetTask.STREAM else []
    return (*needs, *((IDENTITY[request.language],) if signs_in else ()))


def _install(needs: Sequence[str], language: Language) -> str:
    match language:
        case Language.PYTHON:
            return shlex.join(["pip", "install", *needs])
        case Language.JAVASCRIPT:
            return shlex.join(["npm", "install", *needs])
        case Language.CSHARP:  # one package at a time; the client was never released as stable
            flags = {"Azure.AI.Inference": " --prerelease"}
            return " && ".join(f"dotnet add package {each}{flags.get(each, '')}" for each in needs)
        case Language.CURL:
            return ""
        case _:
            assert_never(language)


def _run(language: Language, task: SnippetTask, file: str) -> str:
    image = ["photo.png"] if task is SnippetTask.IMAGE else []
    file = f"./{file}" if file.startswith("-") else file  # no option of whatever runs it
    match language:
        case Language.PYTHON | Language.JAVASCRIPT | Language.CURL:
            return shlex.join([RUN[language], file, *image])
        case Language.CSHARP:
            return shlex.join(["dotnet", "run", *(["--", *image] if image else [])])
        case _:
            assert_never(language)


def _key_command(endpoint: Endpoint, common: Sequence[str]) -> str:
    asked = ["azserve", "keys", "list", "--endpoint", endpoint.key, "--region", endpoint.region, *common]
    shown = ["--show", "-q", "--query", "rows[0].keys.primary", "-o", "tsv"]
    return f'export {KEY_VARIABLE}="$({shlex.join([*asked, *shown])})"'


def _head(snippet: Snippet) -> tuple[str, ...]:
    """Return what a program says of itself, line by line."""
    lines = [
        f"{SHOWS[snippet.task][0].upper()}{SHOWS[snippet.task][1:]}: {snippet.model} as {snippet.endpoint} in "
        f"{snippet.region}.",
        f"Written by `azserve snippet {snippet.language} --task {snippet.task}`; it is yours to change.",
        "",
        f"Needs:  {snippet.install or ', '.join(snippet.needs)}",
    ]
    if snippet.key_command:
        lines.append(f"Key:    {snippet.key_command}")
    else:
        lines.append(
            "Signs in as whoever `az login` is for, or as the managed identity of where it runs; that identity"
        )
        host = Hosting.SERVERLESS if snippet.route is Route.SERVERLESS else Hosting.FOUNDRY
        lines.append(f"needs a role that may call models: `{host}: {{access: [...]}}` in the fleet's file gives it.")
    lines += [f"Run:    {_run(snippet.language, snippet.task, snippet.file)}"]
    if snippet.client is Client.AZURE_AI_INFERENCE and snippet.language is not Language.CURL:
        lines += ["", *_RETIRED]
    return (*lines, f"In Java: {JAVA}")


_RETIRED: Final = ("This client is a beta that Azure's documents retire in 2026.",)
"""Pages of 2025 and 2026 disagree on the day."""


def _written(drawn: Snippet, request: SnippetRequest) -> Path:
    """Write the program. Raises ConfigurationError where another file is in the way."""
    assert request.out is not None
    file = RenderedFile(request.out.name, drawn.program)
    done = write_files([file], request.out.parent, force=request.force)
    if done.refused:
        raise ConfigurationError(
            f"`{request.out}` is there already, and is not what would be written",
            code="foreign-file",
            hint="nothing was written; name another file, or pass `--force` to replace it",
        )
    return request.out


def _elsewhere(choice: _Choice, found: Sequence[Endpoint], request: SnippetRequest) -> tuple[Problem, ...]:
    """Return a note where the same endpoint stands in other regions too."""
    regions = [each.region for each in found if each.key == choice.endpoint.key]
    if request.region or len(regions) < 2:
        return ()
    here, *others = sorted(regions, key=lambda each: each != choice.endpoint.region)
    message = f"this is `{choice.endpoint.key}` in `{here}`; it also stands in {_listed(others)}"
    return (Problem("other-regions", message, Severity.NOTE, "choose with `--region`"),)


def _unpublished(choice: _Choice, request: SnippetRequest) -> tuple[Problem, ...]:
    """Return a warning where nobody knows whether the model can do the task."""
    unknown = [trait for trait in NEEDS[request.task] if choice.support(trait) is not Support.ACCEPTED]
    if not unknown:
        return ()
    message = f"nothing is published on whether `{choice.endpoint.model}` does {_listed(unknown)} on this route"
    hint = "`azserve smoke` asks it"
    return (Problem("trait-unknown", message, Severity.WARNING, hint),)


def _unfiltered(choice: _Choice, request: SnippetRequest) -> tuple[Problem, ...]:
    """Return a warning where the filter that a program is about was switched off."""
    endpoint = request.settings.endpoints.get(choice.endpoint.key)
    off = endpoint is not None and endpoint.content_filter is ContentFilter.OFF
    if request.task is not SnippetTask.CONTENT_FILTER or not off:
        return ()
    message = f"`content_filter: off` switched the filter of `{choice.endpoint.key}` off: the prompt will be answered"
    return (Problem("unfiltered", message, Severity.WARNING, "leave `content_filter` out to have one again"),)


def _listed(things: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in things) or "none"
