"""`azserve chat`: talk to one endpoint of the fleet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from azserve.chatting import Answered, Question, Talk, Wishes
from azserve.chatting.phrasing import Abilities
from azserve.chatting.talk import Show
from azserve.errors import Problem, Severity, UsageError
from azserve.model.catalogue import Catalogue, Route, Support, Trait
from azserve.model.endpoint import Endpoint
from azserve.model.results import ChatResult
from azserve.model.settings import Settings
from azserve.model.talk import Partner, Transcript
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import Selection, standing


@dataclass(frozen=True, slots=True)
class TalkRequest:
    """With whom to talk, and how."""

    settings: Settings
    catalogue: Catalogue
    selection: Selection | None = None
    wishes: Wishes = field(default_factory=Wishes)
    before: Transcript | None = None
    """A conversation to go on with, whoever it was with. Its system prompt holds unless the wishes have one."""


@dataclass(frozen=True, slots=True)
class OpenTalk:
    """A conversation that can go on, and with whom."""

    talk: Talk
    endpoint: Endpoint
    route: Route
    notes: tuple[Problem, ...]
    """What a person should know before asking."""


@contextmanager
def open_talk(request: TalkRequest, azure: AzurePorts, clock: Clock) -> Iterator[OpenTalk]:
    """Choose the endpoint and open a client.

    Raises UsageError where it is not clear whom to talk to, ChecksFailed where nobody stands there.
    """
    endpoints = standing(request.settings, request.catalogue, azure, clock, request.selection)
    endpoint = chosen(endpoints, request.catalogue, request.selection)
    route = request.catalogue.usual_route(endpoint.model, endpoint.hosting)
    abilities = _abilities(endpoint, request.catalogue)
    partner = Partner(endpoint.key, endpoint.region, endpoint.model)
    before = request.before or Transcript(partner)
    wishes = replace(request.wishes, system=request.wishes.system or before.system)
    begun = replace(before, partner=partner, system=wishes.system)
    with azure.models.open(endpoint, route=route) as client:
        talk = Talk(client, begun, abilities=abilities, wishes=wishes, names=endpoint.model_names)
        yield OpenTalk(talk, endpoint, route, (*_moved(before.partner, partner), *talk.notes))


def chat(
    request: TalkRequest,
    question: Question,
    azure: AzurePorts,
    clock: Clock,
    show: Show = lambda piece: None,
) -> tuple[ChatResult, Answered]:
    """Ask one question; returns the result, and the answer with what is odd about it."""
    with open_talk(request, azure, clock) as opened:
        answered = opened.talk.say(question, show)
    return result_of(opened, answered), answered


def result_of(opened: OpenTalk, answered: Answered) -> ChatResult:
    """Return what is told of the last answer."""
    endpoint = opened.endpoint
    return ChatResult(
        endpoint=endpoint.key,
        region=endpoint.region,
        model=endpoint.model,
        route=opened.route,
        turns=len(opened.talk.transcript.turns),
        answer=answered.answer,
    )


def chosen(endpoints: Sequence[Endpoint], catalogue: Catalogue, selection: Selection | None) -> Endpoint:
    """Return the one to talk to: of several regions the first, as the file lists them.

    A model that makes vectors is nobody to talk to, and is left out unless it was asked for by name. Raises UsageError
    with the choices where several endpoints are left.
    """
    named = selection is not None and bool(selection.endpoints)
    able = [each for each in endpoints if named or _chats(each, catalogue)] or list(endpoints)
    keys = dict.fromkeys(each.key for each in able)
    if len(keys) > 1:
        raise UsageError(
            f"there are {len(keys)} endpoints to talk to: {_listed(able)}",
            code="endpoint-ambiguous",
            hint=f"name one, for example `azserve chat --endpoint {able[0].key}`",
        )
    return able[0]


def _listed(endpoints: Sequence[Endpoint]) -> str:
    """Return the choices: `r1` (DeepSeek-R1 in eastus2, westus3), …"""
    regions: dict[str, list[Endpoint]] = {}
    for each in endpoints:
        regions.setdefault(each.key, []).append(each)
    return ", ".join(
        f"`{key}` ({there[0].model} in {', '.join(each.region for each in there)})" for key, there in regions.items()
    )


def _chats(endpoint: Endpoint, catalogue: Catalogue) -> bool:
    return _abilities(endpoint, catalogue).get(Trait.CHAT) is not Support.REFUSED


def _abilities(endpoint: Endpoint, catalogue: Catalogue) -> Abilities:
    hosted = catalogue.hosted(endpoint.model, endpoint.hosting)
    if hosted is None:
        return {}
    return hosted.traits.get(catalogue.usual_route(endpoint.model, endpoint.hosting), {})


def _moved(before: Partner, now: Partner) -> Iterator[Problem]:
    if before.model != now.model:
        message = f"the conversation was with `{before.model}` so far, and goes on with `{now.model}`"
        yield Problem("other-partner", message, Severity.NOTE)
