"""Secrets: a template is read by many, and a deployment keeps its values in its history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from azserve.model.json import JsonValue
from azserve.rendering.checks.check import Check, Find, Hit, Subject
from azserve.rendering.checks.document import Template, Text, calls_of, entries, member, texts_of, undescribed
from azserve.rendering.escaping import is_expression
from azserve.rendering.expressions import Call, Expression, Literal, Member

_SOURCE: Final = "Microsoft Learn, best practices for secrets in templates; general knowledge"
_AS_OF: Final = date(2026, 11, 22)
_SECRET: Final = re.compile(
    r"(Account|SharedAccess)Key=[\w+/=]{16,}|[?&]sig=[\w%]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.|\bsk-[A-Za-z0-9_-]{20,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bBearer [\w.-]{20,}"
)
"""What gives itself away: connection strings, signed addresses, private keys, tokens."""
_SECRET_NAME: Final = re.compile(
    r".*(password|secret|connectionstring|sastoken|apikey|accesskey|accountkey|subscriptionkey|primarykey"
    r"|secondarykey|accesstoken)",
    re.IGNORECASE,
)
_NO_SECRET: Final = re.compile(r".*(name|uri|url|id|version|permissions|source)", re.IGNORECASE)
"""Names that end so speak of a secret and do not hold it: `secretUri`, `keyName`."""
_SECURE: Final = {"securestring", "secureobject"}


def _is_secret_name(name: str) -> bool:
    plain = name.replace("_", "").replace("-", "")
    return _SECRET_NAME.fullmatch(plain) is not None and _NO_SECRET.fullmatch(plain) is None


def _in_literals(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for section in ("variables", "resources"):
            yield from _literals(template.raw.get(section), f"{template.path}.{section}")


def _literals(value: JsonValue, path: str) -> Iterator[Hit]:
    for each in texts_of(value, path):
        steps = each.path.rsplit(".", 2)
        if ".tags." in each.path:
            continue
        held_as = "apiKey" if steps[-1] == "key" and steps[-2] == "credentials" else steps[-1]
        if _SECRET.search(each.text):
            yield Hit(each.path, "the value looks like a secret")
        elif _is_secret_name(held_as) and each.text and not is_expression(each.text):
            yield Hit(each.path, f"`{steps[-1]}` is written in the clear")


def _defaults(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for name, declared in entries(template.raw.get("parameters")).items():
            default = member(declared, "defaultValue")
            path = f"{template.path}.parameters.{name}.defaultValue"
            secure = str(member(declared, "type")).lower() in _SECURE
            named = str(member(declared, "type")).lower() == "string" and _is_secret_name(name)
            if default and (secure or named or _holds_secret(default)) and not is_expression(str(default)):
                yield Hit(path, f"the default of `{name}` is a secret")


def _holds_secret(value: JsonValue) -> bool:
    return any(_SECRET.search(each.text) for each in texts_of(value, ""))


def _plain(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for name, declared in entries(template.raw.get("parameters")).items():
            kind = str(member(declared, "type")).lower()
            if _is_secret_name(name) and kind in {"string", "object"}:
                yield Hit(f"{template.path}.parameters.{name}", f"`{name}` is a plain {kind}")


def _tags(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for each in texts_of(template.raw.get("resources"), f"{template.path}.resources"):
            if ".tags." in each.path and (_SECRET.search(each.text) or _asks_for_keys(each)):
                yield Hit(each.path, "a tag holds a secret")


def _asks_for_keys(text: Text) -> bool:
    parsed = text.parsed
    return parsed is not None and any(call.name.startswith("list") for call in calls_of(parsed))


def _outputs(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        secrets = _secrets_of(template)
        for name, output in entries(template.raw.get("outputs")).items():
            for each in texts_of(undescribed(output), f"{template.path}.outputs.{name}"):
                if _SECRET.search(each.text) or _asks_for_keys(each) or not secrets.isdisjoint(_named(each)):
                    yield Hit(each.path, f"the output `{name}` gives a secret away")


def _named(text: Text) -> set[tuple[str, str]]:
    """Return what an expression looks up, by section and name."""
    return {("parameters", each.lower()) for each in text.parameters} | {
        ("variables", each.lower()) for each in text.variables
    }


def _secrets_of(template: Template) -> set[tuple[str, str]]:
    """Return the parameters that are secure, and the variables that have a secret in them, by way of others or not."""
    declared = entries(template.declares.get("parameters"))
    secrets = {
        ("parameters", name.lower()) for name, each in declared.items() if str(member(each, "type")).lower() in _SECURE
    }
    users: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, value in entries(template.declares.get("variables")).items():
        here = ("variables", name.lower())
        for text in texts_of(value, ""):
            if _asks_for_keys(text):
                secrets.add(here)
            for used in _named(text):
                users.setdefault(used, []).append(here)
    left = list(secrets)
    while left:
        new = set(users.get(left.pop(), ())) - secrets
        secrets |= new
        left.extend(new)
    return secrets


def _wide_outputs(subject: Subject) -> Iterator[Hit]:
    """Yield outputs of a whole resource; its members are whatever Azure puts there."""
    for template in subject.document.templates:
        for name, output in entries(template.raw.get("outputs")).items():
            for each in texts_of(member(output, "value"), f"{template.path}.outputs.{name}.value"):
                if _is_whole(each.parsed):
                    yield Hit(each.path, f"the output `{name}` is a whole resource")


def _is_whole(expression: Expression | None) -> bool:
    match expression:
        case Call("reference", _):
            return True
        case Member(Call("reference", _), Literal(key)):
            return str(key).lower() in {"properties", "keys", "credentials"}
        case _:
            return False


def secrets_in_values(parameters: Mapping[str, JsonValue]) -> Iterator[Hit]:
    """Yield what a parameter file holds in the clear."""
    for name, each in parameters.items():
        value = member(each, "value")
        if value and (_is_secret_name(name) or _holds_secret(value)):
            yield Hit(f"$.parameters.{name}", f"the value of `{name}` is a secret")


def _check(code: str, what: str, hint: str, find: Find) -> Check:
    why = "whoever may read the template, or the history of the deployment, has it"
    return Check(code, what, why, hint, find, _SOURCE, _AS_OF)


IN_VALUES: Final = "secret-literal"
CHECKS: Final = (
    _check(IN_VALUES, "no secret is written in the clear",
           "take it from a key vault, or by `listKeys` where it is used", _in_literals),
    _check("secret-default", "no secret is the default of a parameter", "leave the default out", _defaults),
    _check("secret-not-secure", "a parameter for a secret is secure", "make it a `secureString`", _plain),
    _check("secret-in-tag", "no tag holds a secret", "tags are shown to everybody: leave it out", _tags),
    _check("secret-output", "no output gives a secret away", "let whoever needs it ask for it", _outputs),
    _check("whole-resource-output", "outputs are ids, addresses and names",
           "name the member that is wanted", _wide_outputs),
)  # fmt: skip
