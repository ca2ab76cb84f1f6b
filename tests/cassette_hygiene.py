"""What may be in a cassette: scrubbing on the way in, and a check that refuses to write what should not be there.

Scrubbing keeps fields that are known to be safe and gives every GUID and host a stand-in; it is idempotent, because vcr
applies it when it records and again when it matches. The check knows nothing of the scrubbing: it looks for what must
not be there, in every corner of what is about to be written, and `serialize` writes nothing where it finds any.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import yaml

SUBSCRIPTION: Final = "00000000-0000-4000-8000-000000000000"
"""Stands for the subscription of whoever recorded."""
MANAGER: Final = "https://management.azure.com"
MASKED: Final = "masked"

REQUEST_HEADERS: Final = frozenset({"accept", "content-type"})
RESPONSE_HEADERS: Final = frozenset({"azure-asyncoperation", "content-type", "location", "retry-after"})
DERIVED: Final = frozenset({"azserve-content"})
"""Digests of what holds an identity: they differ between whoever records and whoever replays."""
SIGNED_QUERY: Final = frozenset({"t", "c", "s", "h", "sig", "code"})
"""Parts that sign an address, such as those of a status address of Cognitive Services (recorded 2025-10)."""
SIGN_IN: Final = re.compile(r"/msi/token|/oauth2/|login\.microsoftonline|/_emulator/")

GUID: Final = re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
ANSWER_ID: Final = re.compile(r'"id":(\s*)"[0-9a-f]{32}"')
"""What models number their answers with; it looks like a key of the old kind."""
STAND_IN: Final = "00000000-0000-4000-8000-"
EMAIL: Final = re.compile(r"[\w.+-]+@(?!example\.com)[\w-]+\.[\w.]+\w")
LOOPBACK_HOST: Final = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?/_hosts/([^/\"\s]+)")
LOOPBACK: Final = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?")

SECRET_NAMES: Final = re.compile(
    r"^(authorization|api-?key|x-identity-header|(set-)?cookie|.*_?token|.*secret|.*password|.*connectionstring"
    r"|(primary|secondary|access|account|shared)key|key[12]|sas)$",
    re.IGNORECASE,
)
SECRET_TEXTS: Final = {
    "a bearer token": re.compile(r"\bbearer\s+(?!realm|authorization_uri)[\w.~+/-]{8,}", re.IGNORECASE),
    "a JSON web token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}"),
    "a signed address": re.compile(r"[?&](sig|code)=(?!masked)[^&\s\"]{6,}"),
    "a connection string": re.compile(r"(AccountKey|SharedAccessKey|EndpointKey)=(?!masked)[\w+/=]{8,}", re.IGNORECASE),
    "a client secret": re.compile(r"[\w.~-]{3}8Q~[\w.~-]{30,}"),
    "a key": re.compile(r"(?<![\w/+-])(?:[0-9a-fA-F]{32}|[A-Za-z0-9+/]{86}==|[A-Za-z0-9]{52,})(?![\w/+-])"),
    "an e-mail address": EMAIL,
    "an address on this machine": LOOPBACK,
}


class UnsafeCassette(Exception):
    """A cassette would hold what nobody may read; it is not written."""


@dataclass(frozen=True)
class Scrubber:
    """Makes requests and answers fit for a cassette. `known` gives identities that keep a fixed stand-in."""

    known: Mapping[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """Return a text with public hosts, stand-ins for GUIDs, and nobody's address."""
        text = LOOPBACK.sub(MANAGER, LOOPBACK_HOST.sub(r"https://\1", text))
        text = ANSWER_ID.sub(r'"id":\1"answer"', text)
        return EMAIL.sub("someone@example.com", GUID.sub(lambda found: self._stand_in(found[0]), text))

    def url(self, url: str) -> str:
        """Return an address with its signature masked."""
        parts = urlsplit(self.text(url))
        query = [(name, MASKED if name in SIGNED_QUERY else value) for name, value in parse_qsl(parts.query)]
        return urlunsplit(parts._replace(query=urlencode(query, safe="$'")))

    def body(self, data: bytes | str | None) -> bytes | None:
        """Return a body with its secrets masked; what is not JSON keeps its text."""
        if not data:
            return None if data is None else b""
        text = data.decode() if isinstance(data, bytes) else data
        try:
            parsed = json.loads(text)
        except ValueError:
            return self.text(text).encode()
        return ANSWER_ID.sub(r'"id":\1"answer"', json.dumps(self._value(parsed), ensure_ascii=False)).encode()

    def request(self, request: Any) -> Any:
        """vcr's `before_record_request`: None leaves the request out."""
        if SIGN_IN.search(request.uri):
            return None
        request.uri = self.url(request.uri)
        request.body = self.body(request.body)
        request.headers = {name: value for name, value in request.headers.items() if name.lower() in REQUEST_HEADERS}
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """vcr's `before_record_response`. A pause is worth nothing in a replay."""
        headers = {}
        for name, values in response["headers"].items():
            if name.lower() in RESPONSE_HEADERS:
                each = values if isinstance(values, list) else [values]
                pause = name.lower() == "retry-after"
                headers[name] = ["0" if pause else self.url(value) if "://" in value else value for value in each]
        return {**response, "headers": headers, "body": {"string": self.body(response["body"]["string"]) or b""}}

    def _value(self, value: Any, name: str = "") -> Any:
        match value:
            case dict():
                return {key: self._value(inner, key) for key, inner in value.items()}
            case list():
                return [self._value(inner) for inner in value]
            case str() if SECRET_NAMES.match(name):
                return MASKED
            case str() if name in DERIVED:
                return "derived"
            case str() if value.startswith(("http://", "https://")) and "?" in value:
                return self.url(value)
            case str():
                return self.text(value)
        return value

    def _stand_in(self, guid: str) -> str:
        low = guid.lower()
        if low.startswith(STAND_IN):
            return low
        return self.known.get(low) or STAND_IN + hashlib.sha256(low.encode()).hexdigest()[:12]


def findings(document: Mapping[str, Any]) -> list[str]:
    """Return where a cassette holds what it must not, and what: `interactions[0].request.uri: a bearer token`."""
    return [f"{where}: {what}" for where, what in _findings(document, "")]


def _findings(value: Any, where: str, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _findings(inner, f"{where}.{key}".lstrip("."), str(key))
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from _findings(inner, f"{where}[{index}]", name)
        case bytes():
            yield from _findings(value.decode(errors="replace"), where, name)
        case str():
            yield from _findings_in_text(value, where, name)


def _findings_in_text(text: str, where: str, name: str) -> Iterator[tuple[str, str]]:
    if SECRET_NAMES.match(name) and text != MASKED:
        yield where, f"a value named `{name}`"
    yield from ((where, what) for what, pattern in SECRET_TEXTS.items() if pattern.search(text))
    if any(not found.lower().startswith(STAND_IN) for found in GUID.findall(text)):
        yield where, "an identity without a stand-in"
    if text.lstrip().startswith(("{", "[")):
        try:
            parsed = json.loads(text)
        except ValueError:
            return
        yield from _findings(parsed, f"{where}:json")


def serialize(document: Mapping[str, Any], origin: str) -> str:
    """Return a cassette's text, its origin on top. Raises UnsafeCassette where anything secret is left in it."""
    found = findings(document)
    if found:
        raise UnsafeCassette("not written, because of " + "; ".join(found))
    stated = "".join(f"# {line}\n" for line in origin.splitlines())
    return stated + yaml.safe_dump(dict(document), allow_unicode=True, width=120, sort_keys=True)


def deserialize(text: str) -> dict[str, Any]:
    """Return what `serialize` wrote."""
    document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return document
