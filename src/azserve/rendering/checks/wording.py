"""Expressions, and text that should not be one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Final

from azserve.errors import Severity
from azserve.rendering.checks.check import Check, Find, Hit, Subject
from azserve.rendering.checks.document import Template, calls_of, entries, member
from azserve.rendering.checks.functions import FUNCTIONS, is_function
from azserve.rendering.escaping import is_expression
from azserve.rendering.expressions import Call, Literal

_ARM: Final = "Microsoft Learn, template syntax and expressions; general knowledge"
_OURS: Final = "azserve's own rule"
_AS_OF: Final = date(2026, 11, 22)
_TOKEN: Final = re.compile(
    r"\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|\$\{\w+\}|#\{\w+\}#|__[A-Z][A-Z0-9_]+__|<(?:your|replace)[-_ \w]*>",
    re.IGNORECASE,
)
"""What other tools fill in. None of it is long, and a text full of openings must not be read again for each."""
_PLAIN: Final = re.compile(
    r"[A-Z]\w+(\.\w+)+/[\w/]+"  # a resource type
    r"|\d{4}-\d\d-\d\d(-preview)?"  # an api-version
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # the id of a role
    r"|recover"  # what brings a soft-deleted key vault back
    r"|[^\w]*(\{\d+\}[^\w]*)+"  # what `format` fills
)
_GUESSES: Final = 20
"""Names that are compared with all functions: a template of nothing else must not take minutes."""
_LOOKUPS: Final = frozenset({"parameters", "variables"})


def _broken(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for each in template.texts:
            if is_expression(each.text) and not each.text.startswith("[[") and each.parsed is None:
                yield Hit(each.path, f"`{_short(each.text)}` is no expression")


def _strange(subject: Subject) -> Iterator[Hit]:
    """Yield each function that is not known, where it is first called."""
    seen: set[str] = set()
    for template in subject.document.templates:
        for each in template.texts:
            parsed = each.parsed
            for call in calls_of(parsed) if parsed else ():
                if not is_function(call.name) and call.name not in seen:
                    seen.add(call.name)
                    near = get_close_matches(call.name, FUNCTIONS, n=1) if len(seen) < _GUESSES else []
                    yield Hit(each.path, f"`{_short(call.name)}` is no function that azserve knows",
                              hint=f"did you mean `{near[0]}`?" if near else None)  # fmt: skip


def _uses(template: Template) -> Iterator[tuple[str, Call]]:
    """Yield every look at a parameter or variable by a literal name, with the path of its expression."""
    for each in template.texts:
        parsed = each.parsed
        for call in calls_of(parsed) if parsed else ():
            if call.name in _LOOKUPS and len(call.arguments) == 1 and isinstance(call.arguments[0], Literal):
                yield each.path, call


def _asked(call: Call) -> str:
    literal = call.arguments[0]
    assert isinstance(literal, Literal)
    return str(literal.value)


def _undefined(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        names = {section: _declared(template, section) for section in _LOOKUPS}
        for path, call in _uses(template):
            if _asked(call).lower() not in names[call.name]:
                yield Hit(path, f"`{_asked(call)}` is none of the template's {call.name}")


def _declared(template: Template, section: str) -> set[str]:
    """Return what a template declares, in lower case; variables that are copied, too."""
    declared = entries(template.declares.get(section))
    copied = declared.get("copy")
    names = {name.lower() for name in declared}
    return names | ({str(member(each, "name")).lower() for each in copied} if isinstance(copied, list) else set())


def _unused(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        if template.declares is not template.raw:
            continue
        sharing = [each for each in subject.document.templates if each.declares is template.declares]
        used = {(call.name, _asked(call).lower()) for each in sharing for _, call in _uses(each)}
        for section in sorted(_LOOKUPS):
            for name in entries(template.raw.get(section)):
                if (section, name.lower()) not in used and name != "copy":
                    yield Hit(f"{template.path}.{section}.{name}", f"nothing uses `{name}`")


def _tokens(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for each in template.texts:
            if found := _TOKEN.search(each.text):
                yield Hit(each.path, f"`{_short(found[0])}` was never filled in")


def _literals(subject: Subject) -> Iterator[Hit]:
    """Yield literals, in templates of ours, that are neither names of ours nor Azure's: text belongs into variables."""
    if not subject.document.ours:
        return
    for template in subject.document.templates:
        for each in template.texts:
            parsed = each.parsed
            for call in calls_of(parsed) if parsed else ():
                for literal in call.arguments:
                    if call.name not in _LOOKUPS and isinstance(literal, Literal) and not _is_plain(literal):
                        yield Hit(each.path, f"`{_short(str(literal.value))}` stands inside an expression")


def _is_plain(literal: Literal) -> bool:
    return isinstance(literal.value, int) or _PLAIN.fullmatch(literal.value) is not None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _check(code: str, what: str, why: str, hint: str, find: Find, severity: Severity = Severity.ERROR) -> Check:
    return Check(code, what, why, hint, find, _ARM, _AS_OF, severity)


CHECKS: Final = (
    _check("broken-expression", "what stands in brackets is an expression", "Azure refuses the whole template",
           "mend it, or write `[[` for text that begins with a bracket", _broken),
    _check("unknown-function", "each function of an expression is one of ARM's or the template's own",
           "Azure refuses the whole template", "mend its name", _strange, Severity.WARNING),
    _check("undefined-name", "each parameter and variable that is used is declared", "Azure refuses the whole template",
           "declare it, or mend the name", _undefined),
    _check("unused-name", "each parameter and variable that is declared is used",
           "who reads it looks for what it changes", "remove it", _unused, Severity.WARNING),
    _check("unfilled-token", "no placeholder of another tool is left", "it would reach Azure as it stands",
           "render the template again with a value for it", _tokens),
    Check("text-in-expression", "no text of the user's stands inside an expression azserve wrote",
          "text in an expression can become code", "put it into a variable", _literals, _OURS, _AS_OF),
)  # fmt: skip
