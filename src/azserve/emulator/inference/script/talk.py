"""Rules for plain talk: what was said → what to say. First match wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from azserve.emulator.inference.messages import Turn
from azserve.emulator.inference.script import seed
from azserve.emulator.inference.script.arithmetic import find_sum


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in plain text, before it is put into whatever form was asked for."""

    answer: str
    thinking: str | None = None
    """None for what is too easy to think about."""
    number: float | None = None
    """The answer as a number, where it is one."""
    reasoned: str | None = None
    """The answer after thinking, where that is another one."""


Rule = Callable[[str, Sequence[Turn]], Said | None]


def talk(turns: Sequence[Turn]) -> Said:
    """Answer the last message of a user, knowing the earlier ones."""
    asked = max((index for index, turn in enumerate(turns) if turn.role == "user"), default=-1)
    text = turns[asked].text.strip() if asked >= 0 else ""
    earlier = turns[:asked] if asked >= 0 else ()
    return next(said for rule in RULES if (said := rule(text, earlier)) is not None)


def _languages(text: str, _earlier: Sequence[Turn]) -> Said | None:
    if not re.search(r"how many languages", text, re.IGNORECASE):
        return None
    return Said(seed.PLAIN, seed.THINKING, number=7000, reasoned=seed.REASONED)


_EXACTLY = re.compile(
    r"\b(?:reply|respond|answer|say|repeat|output|print|write|return)(?:\s+back)?(?:\s+(?:to me|after me|with))?"
    r"(?P<only>(?:\s+(?:only|just|exactly|precisely|verbatim|and nothing else))*)"
    r"(?P<noun>\s+(?:the\s+)?(?:single\s+)?(?:exact\s+)?(?:following\s+)?(?:words?|text|phrase|sentence|string))?"
    r"(?P<only2>(?:\s+(?:only|just|exactly))*)(?P<colon>\s*:)?\s*(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(
    r"\b(?:reply|respond|answer|say|repeat|output|print|write|return)\b[^:?!.\n]{0,60}:\s*(?P<rest>[^\n?]+)$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“«`]([^\"”»`]+)[\"”»`]|(?<!\w)['‘]([^'’]+)['’](?!\w)")
_TAIL = re.compile(
    r"\s*(?:,?\s*(?:and|with)\s+nothing\s+(?:else|more)|,?\s*only|,?\s*please)?\s*[.!]?\s*$", re.IGNORECASE
)


def _repeat(text: str, _earlier: Sequence[Turn]) -> Said | None:
    found = _NAMED.search(text) or _EXACTLY.search(text)
    if found is None:
        return None
    rest = found["rest"]
    quoted = _QUOTED.match(rest)
    if quoted:
        return Said(quoted[1] or quoted[2], "The user wants a certain text back, so I should give just that.")
    named = found.groupdict()
    certain = "colon" not in named or any(named[name] for name in ("only", "only2", "noun", "colon"))
    if not certain and not found[0].lower().startswith(("say", "repeat")):
        return None
    wanted = rest if named.get("colon") and "\n" in rest else re.split(r"(?<=[.!?])\s", rest, maxsplit=1)[0]
    return Said(_TAIL.sub("", wanted) or wanted, "The user wants a certain text back, so I should give just that.")


def _arithmetic(text: str, _earlier: Sequence[Turn]) -> Said | None:
    found = find_sum(text)
    if found is None:
        return None
    expression, result = found
    thinking = f"The user wants {expression} worked out. That makes {result}."
    return Said(f"{expression} = {result}", thinking, number=float(result))


def _quote_earlier(text: str, earlier: Sequence[Turn]) -> Said | None:
    asks = re.search(r"\b(first|last|previous|earlier|before|just now)\b", text, re.IGNORECASE) and re.search(
        r"\b(did i|i (?:said|asked|told)|my)\b", text, re.IGNORECASE
    )
    if not asks:
        return None
    mine = [turn.text.strip() for turn in earlier if turn.role == "user"]
    if not mine:
        return Said("You have not said anything before this.", "There is no earlier message.")
    quoted = mine[0] if re.search(r"\bfirst\b", text, re.IGNORECASE) else mine[-1]
    return Said(f"You said: “{quoted}”", "The earlier messages are above; I can quote the right one.")


_NAME = re.compile(r"\b(?i:my name is|i am called|call me|i'm|i am)\s+([A-Z][\w'-]*)")
_THING = r"(?P<what>(?:secret |favou?rite |magic |code )?(?:word|number|code|colou?r|city|animal|password))"
_KEPT = re.compile(
    rf"\b(?:the |a |my )?{_THING}\s*(?:is|:|=)?\s+(?P<value>[\w-]+)",
    re.IGNORECASE,
)
_RECALLED = re.compile(
    rf"\b(?:what|which|tell me|recall|repeat|remember)\b.*?\b{_THING}\b",
    re.IGNORECASE | re.DOTALL,
)


def _recall(text: str, earlier: Sequence[Turn]) -> Said | None:
    mine = [turn.text for turn in earlier if turn.role == "user"]
    if re.search(r"\bmy name\b|\bwho am i\b", text, re.IGNORECASE) and not _NAME.search(text):
        names = [found[1] for said in mine if (found := _NAME.search(said))]
        return Said(f"Your name is {names[-1]}." if names else "You have not told me your name.", "I look back for it.")
    asked = _RECALLED.search(text)
    if asked is None or not text.rstrip().endswith(("?", ".")) or not mine:
        return None
    what = asked["what"].lower().split()[-1]
    kept = [found["value"] for said in mine for found in _KEPT.finditer(said) if what in found["what"].lower()]
    if not kept:
        return None
    number = float(kept[-1]) if kept[-1].isdigit() else None
    return Said(
        f"The {asked['what'].lower()} is {kept[-1]}.", "It was said earlier; I look back for it.", number=number
    )


_CAPITALS = {
    "france": "Paris",
    "germany": "Berlin",
    "italy": "Rome",
    "spain": "Madrid",
    "portugal": "Lisbon",
    "sweden": "Stockholm",
    "norway": "Oslo",
    "japan": "Tokyo",
    "china": "Beijing",
    "india": "New Delhi",
    "canada": "Ottawa",
    "australia": "Canberra",
    "brazil": "Brasília",
    "the united kingdom": "London",
    "england": "London",
    "the united states": "Washington, D.C.",
}


def _capital(text: str, _earlier: Sequence[Turn]) -> Said | None:
    found = re.search(r"capital (?:city )?of ((?:the )?[a-z]+(?: [a-z]+)?)", text, re.IGNORECASE)
    if found is None:
        return None
    low = found[1].lower()
    country = next((name for name in _CAPITALS if low.startswith(name)), None)
    if country is None:
        return None
    shown = country.title().replace("The ", "the ")
    return Said(f"The capital of {shown} is {_CAPITALS[country]}.", f"The user asks for the capital of {shown}.")


def _count_up(text: str, _earlier: Sequence[Turn]) -> Said | None:
    found = re.search(r"\bcount (?:up )?(?:from (\d+) )?(?:to|until) (\d+)", text, re.IGNORECASE)
    if found is None:
        return None
    first, last = int(found[1] or 1), int(found[2])
    if last - first > 2000:
        return None
    return Said(", ".join(str(one) for one in range(first, last + 1)), f"I count from {first} to {last}.")


def _greeting(text: str, _earlier: Sequence[Turn]) -> Said | None:
    if not re.fullmatch(
        r"(hi|hello|hey|ping|good (morning|day|evening)|test)\b[\s\w,]{0,20}[.!?]*", text, re.IGNORECASE
    ):
        return None
    return Said("Hello! How can I help you today?")


def _honest(text: str, _earlier: Sequence[Turn]) -> Said:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= 200 else f"{shown[:199]}…"
    return Said(
        f"I am a scripted model inside a local emulator, and have no answer of my own to: “{shown}”"
        if shown
        else "I am a scripted model inside a local emulator, and was asked nothing.",
        "Nothing in my script fits this, so I should say so plainly and quote the question.",
    )


RULES: tuple[Rule, ...] = (
    _languages,
    _quote_earlier,
    _recall,
    _repeat,
    _capital,
    _count_up,
    _arithmetic,
    _greeting,
    _honest,
)
