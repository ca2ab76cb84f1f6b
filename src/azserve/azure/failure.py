"""Digs the innermost error out of an answer of ARM.

ARM wraps errors in errors: under `error`, under `details`, as JSON text inside `message` (several deep, with
capitalised keys), and Machine Learning puts the code that matters under `additionalInfo[type=InnerError]`. Shapes seen
in public logs and issues up to 2026-08; whatever is found, the whole body is kept in `Failure.raw`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from azserve.azure.hints import hint_for
from azserve.model.receipt import Failure

WRAPPERS: Final = frozenset(
    {
        "badargument",
        "badrequest",
        "conflict",
        "deploymentfailed",
        "deploymentfailedcleanup",
        "deploymentpreflightvalidationfailed",
        "failed",
        "forbidden",
        "invalidrequestcontent",
        "invalidtemplatedeployment",
        "multipleerrorsoccurred",
        "notfound",
        "preflightvalidationcheckfailed",
        "resourcedeploymentfailure",
        "resourceoperationfailure",
        "usererror",
    }
)
"""Codes that only say that something went wrong; the reason is deeper, or there is none."""

MAX_DEPTH: Final = 40
MAX_TEXT: Final = 400


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One innermost error: what was met on the way to it, outermost first."""

    codes: tuple[str, ...]
    messages: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def code(self) -> str:
        """The deepest code that says something, else the deepest."""
        telling = [code for code in self.codes if code.lower() not in WRAPPERS]
        return telling[-1] if telling else self.codes[-1] if self.codes else ""

    @property
    def message(self) -> str:
        return self.messages[-1] if self.messages else ""

    @property
    def rank(self) -> tuple[bool, bool]:
        """Smaller is better: a telling code first, a message before none."""
        return (self.code.lower() in WRAPPERS or not self.code, not self.message)


def failure_of(body: object, *, code: str = "azure-failed", message: str = "Azure gave no reason") -> Failure:
    """Return the innermost error of an answer's body, which may be parsed, JSON text, other text, or None.

    `code` and `message` stand in for what the body does not say. Where several errors lie side by side, the first
    that says something is taken and the others are counted in the message.
    """
    raw = body if isinstance(body, str) else None if body is None else json.dumps(body, ensure_ascii=False)
    parsed = _parsed(body) if isinstance(body, str) else body
    if not isinstance(parsed, Mapping):
        return Failure(code=code, message=_sentence(_plain(raw)) or message, hint=hint_for(code), raw=raw or None)
    leaves = sorted(_distinct(_leaves(parsed, _Leaf((), (), ()), 0)), key=lambda leaf: leaf.rank)
    best = leaves[0] if leaves else _Leaf((), (), ())
    others = sum(1 for leaf in leaves[1:] if leaf.rank == best.rank and leaf.message)
    text = _sentence(best.message) or message
    if others:
        text += f" (and {others} more like it)" if others > 1 else " (and one more like it)"
    return Failure(
        code=best.code or code,
        message=text,
        hint=hint_for(best.code or code, best.message),
        target=best.targets[-1] if best.targets else None,
        raw=raw,
    )


def codes_in(body: object) -> frozenset[str]:
    """Return every error code anywhere in a body, as Azure spells them."""
    parsed = _parsed(body) if isinstance(body, str) else body
    if not isinstance(parsed, Mapping):
        return frozenset()
    return frozenset(code for leaf in _leaves(parsed, _Leaf((), (), ()), 0) for code in leaf.codes)


def _leaves(node: Mapping[object, object], above: _Leaf, depth: int) -> Iterator[_Leaf]:
    """Yield the errors below a node that have none below them."""
    fields = {str(key).lower(): value for key, value in node.items()}
    here, inside = _read(fields, above)
    found = False
    if depth < MAX_DEPTH:
        for child in inside:
            for leaf in _leaves(child, here, depth + 1):
                found = True
                yield leaf
    if not found and here != above:
        yield here


def _read(fields: Mapping[str, object], above: _Leaf) -> tuple[_Leaf, list[Mapping[object, object]]]:
    """Return the path extended by this node, and the nodes inside it that may be errors."""
    message = fields.get("message")
    inside = [value for name in ("error", "statusmessage") if isinstance(value := fields.get(name), Mapping)]
    if isinstance(message, str) and isinstance(parsed := _parsed(message), Mapping):
        inside.append(parsed)
        message = None
    inside += [item for item in _sequence(fields.get("details")) if isinstance(item, Mapping)]
    codes = [code] if isinstance(code := fields.get("code"), str) and code else []
    here = _Leaf(
        (*above.codes, *codes, *_inner_codes(fields)),
        (*above.messages, message) if isinstance(message, str) and message.strip() else above.messages,
        (*above.targets, target) if isinstance(target := fields.get("target"), str) and target else above.targets,
    )
    return here, inside


def _inner_codes(fields: Mapping[str, object]) -> Iterator[str]:
    """Yield the codes under `innererror`, and where Machine Learning keeps the true one."""
    inner = fields.get("innererror")
    for item in _sequence(fields.get("additionalinfo")):
        if isinstance(item, Mapping) and str(item.get("type")).lower() == "innererror":
            info = item.get("info")
            inner = info.get("value") if isinstance(info, Mapping) else inner
    for _ in range(MAX_DEPTH):
        if not isinstance(inner, Mapping):
            return
        lowered = {str(key).lower(): value for key, value in inner.items()}
        if isinstance(code := lowered.get("code"), str) and code:
            yield code
        inner = lowered.get("innererror")


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _parsed(text: str) -> object:
    """Return what a text says if it is a JSON object, else None."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _distinct(leaves: Iterator[_Leaf]) -> list[_Leaf]:
    return list({(leaf.code, leaf.message): leaf for leaf in leaves}.values())


def _plain(text: str | None) -> str:
    """Return the first telling line of a text that is no error body, such as a proxy's page."""
    lines = (line.strip() for line in (text or "").splitlines())
    telling = next((line for line in lines if line and not line.startswith("<")), "")
    return telling if len(telling) <= MAX_TEXT else telling[:MAX_TEXT] + "…"


def _sentence(text: str) -> str:
    """Return a message without the white space and the full stop that ours do not end in."""
    return " ".join(text.split()).rstrip(".").rstrip()
