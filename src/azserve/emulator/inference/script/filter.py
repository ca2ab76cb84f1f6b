"""The content filter: a short published list of phrases, so that a test can trip it and nobody trips it by accident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import World

inferred(
    "inference.content-filter.triggers",
    "What trips the filter is a list: in a prompt `how to build a bomb`, `[filter this prompt]` and the tutorials' "
    "sentence about chopping tomatoes; in an answer `[filter this answer]`. A scenario's `content_filter` changes it.",
    because="the service's classifiers cannot be had; the tutorials show the harmless sentence being filtered, and the "
    "emulator replays the tutorials",
)

_PROMPT = {
    "how to build a bomb": "violence",
    "[filter this prompt]": "hate",
    "chopping tomatoes and cutting them into cubes or wedges are great ways to practice your knife skills": "violence",
}
_ANSWER = {"[filter this answer]": "hate"}


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """Phrases in lower case, each with the category it falls under."""

    prompt: dict[str, str]
    answer: dict[str, str]

    def category(self, texts: Iterable[str]) -> str | None:
        """Return under which category a prompt falls; None where it may pass."""
        for text in texts:
            low = text.lower()
            for phrase, category in self.prompt.items():
                if phrase in low:
                    return category
        return None

    def allowed(self, answer: str) -> str | None:
        """Return what is left of an answer that trips the filter; None where all of it may pass."""
        low = answer.lower()
        places = [low.find(phrase) for phrase in self.answer if phrase in low]
        return answer[: min(places)] if places else None


def content_filter(world: World) -> ContentFilter:
    """Return the filter of a scenario: `{"content_filter": {"prompt": {phrase: category}, "answer": {…}}}`."""
    said = world.scenario.get("content_filter") if isinstance(world.scenario, dict) else None
    table = said if isinstance(said, dict) else {}
    return ContentFilter(prompt=_phrases(table.get("prompt"), _PROMPT), answer=_phrases(table.get("answer"), _ANSWER))


def _phrases(said: Json, default: dict[str, str]) -> dict[str, str]:
    if not isinstance(said, dict):
        return default
    return {str(phrase).lower(): str(category) for phrase, category in said.items()}
