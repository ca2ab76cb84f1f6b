"""Ways in which a model, or the service around it, can misbehave: a scenario names one, and one probe turns red.

`{"mutant": "no-done"}` or `{"mutant": ["no-done", "lost-usage"]}`. Each is small, and leaves all else as it is.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from enum import StrEnum

from azserve.emulator.inference.images import Image
from azserve.emulator.inference.parameters import ChatWish
from azserve.emulator.inference.refusals import not_modelled
from azserve.emulator.inference.script.model import Utterance
from azserve.emulator.kernel.world import World


class Mutant(StrEnum):
    """One way to misbehave, as scenarios call it."""

    WRONG_TEXT = "wrong-text"
    EMPTY_ANSWER = "empty-answer"
    NO_THINKING = "no-thinking"
    UNCLOSED_THINK = "unclosed-think"
    OTHER_MODEL = "other-model"
    OTHER_INFO = "other-info"
    """`/info` names another model."""
    LOST_USAGE = "lost-usage"
    WRONG_USAGE = "wrong-usage"
    """The total is not the sum."""
    WRONG_FINISH = "wrong-finish"
    """A whole answer that claims to be cut."""
    NO_DONE = "no-done"
    CUT_STREAM = "cut-stream"
    """The stream ends in the middle of an event."""
    OTHER_STREAM = "other-stream"
    """What is streamed is not what is answered unstreamed."""
    GARBAGE_JSON = "garbage-json"
    FENCED_JSON = "fenced-json"
    """JSON between Markdown's fences, where no schema is asked for."""
    BROKEN_SCHEMA = "broken-schema"
    """JSON that does not obey the schema."""
    NO_TOOL_CALL = "no-tool-call"
    IGNORED_TOOL_RESULT = "ignored-tool-result"
    FORGOTTEN_HISTORY = "forgotten-history"
    BLIND = "blind"
    """Every image is taken for another one."""
    IGNORED_LIMIT = "ignored-limit"
    """`max_tokens` and stop sequences do nothing."""
    ACCEPTED_EXTRA = "accepted-extra"
    """Extra parameters are never refused."""
    OPEN_DOOR = "open-door"
    """Any key will do, and none."""
    STALE_CONNECTION = "stale-connection"
    """Connections carry a key from before it was changed."""
    NO_FILTER = "no-filter"
    NO_RATE_HEADERS = "no-rate-headers"
    SHORT_VECTORS = "short-vectors"
    SLOW_START = "slow-start"
    """Three quarters of a minute until the first token of a stream."""


Mutants = AbstractSet[Mutant]


def active(world: World) -> Mutants:
    """Return the mutants of the scenario; refuses a name that is none."""
    said = world.scenario.get("mutant") if isinstance(world.scenario, dict) else None
    names = said if isinstance(said, list) else [said] if said else []
    known = {mutant.value: mutant for mutant in Mutant}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise not_modelled(f"the mutant `{unknown[0]}`")
    return frozenset(known[name] for name in names)


_STRANGER = Image("GIF", 1, 1)


def misread(mutants: Mutants, wish: ChatWish) -> ChatWish:
    """Return the wish as a misbehaving model takes it."""
    if Mutant.FORGOTTEN_HISTORY in mutants:
        asked = max((index for index, turn in enumerate(wish.turns) if turn.role == "user"), default=0)
        wish = replace(wish, turns=wish.turns[asked:])
    if Mutant.BLIND in mutants:
        turns = tuple(replace(turn, images=tuple(_STRANGER for _ in turn.images)) for turn in wish.turns)
        wish = replace(wish, turns=turns)
    if Mutant.NO_TOOL_CALL in mutants:
        wish = replace(wish, tools=(), tool_choice="auto")
    if Mutant.IGNORED_LIMIT in mutants:
        wish = replace(wish, max_tokens=None, stop=())
    return wish


def misspeak(mutants: Mutants, wish: ChatWish, said: Utterance) -> Utterance:
    """Return what a misbehaving model says instead."""
    if Mutant.NO_THINKING in mutants:
        said = replace(said, thinking=None)
    if Mutant.IGNORED_TOOL_RESULT in mutants and wish.turns[-1].role == "tool":
        said = replace(said, answer="I could not find anything about that.")
    if wish.json:
        if Mutant.GARBAGE_JSON in mutants:
            return replace(said, answer=f"Sure! Here is your JSON: {said.answer[:-1]}")
        if wish.schema is None:
            return replace(said, answer=f"```json\n{said.answer}\n```") if Mutant.FENCED_JSON in mutants else said
        return replace(said, answer='{"unexpected": null}') if Mutant.BROKEN_SCHEMA in mutants else said
    if said.tool_calls:
        return said
    if Mutant.WRONG_TEXT in mutants or (Mutant.OTHER_STREAM in mutants and wish.stream):
        return replace(said, answer="I am a teapot.")
    return replace(said, answer="") if Mutant.EMPTY_ANSWER in mutants else said
