"""Vectors: deterministic, of length one, near for texts that share words."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from azserve.emulator.inference.parameters import without_extra
from azserve.emulator.inference.refusals import BadParameter, Fault, Place, openai_refusal
from azserve.emulator.inference.routes import Dialect
from azserve.emulator.inference.script.tokens import count, tokens
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "inference.embeddings.forms",
    "`float` and `base64` (32-bit little-endian) are given; the other documented forms are refused as not supported, "
    "and `dimensions` may shorten a vector.",
    because="which model gives which form is not documented in one place",
)

_KNOWN = frozenset({"input", "dimensions", "encoding_format", "input_type", "model"})
_KNOWN_OPENAI = frozenset({"input", "dimensions", "encoding_format", "model", "user"})


@dataclass(frozen=True, slots=True)
class EmbeddingsWish:
    """Texts to turn into vectors."""

    texts: tuple[str, ...]
    dimensions: int
    as_base64: bool

    @property
    def tokens(self) -> int:
        """What the texts cost."""
        return sum(count(text) for text in self.texts)


def read_embeddings(
    dialect: Dialect, body: dict[str, Json], headers: Mapping[str, str], dimensions: int
) -> EmbeddingsWish:
    """Read a request to a model of `dimensions`; raise Refused or BadParameter."""
    if dialect is Dialect.OPENAI:
        extra = [name for name in body if name not in _KNOWN_OPENAI]
        if extra:
            raise openai_refusal(f"Unrecognized request argument supplied: {', '.join(extra)}")
    else:
        body = without_extra(body, headers, _KNOWN)
    return EmbeddingsWish(
        texts=_texts(body.get("input")),
        dimensions=_dimensions(body.get("dimensions"), dimensions),
        as_base64=_as_base64(body.get("encoding_format")),
    )


def _texts(value: Json) -> tuple[str, ...]:
    place = Place(("input",))
    if value is None:
        raise BadParameter(place, "Field required", fault=Fault.MISSING)
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or not all(isinstance(text, str) and text for text in found):
        raise BadParameter(place, "input must be a list of texts that are not empty", value)
    return tuple(found)


def _dimensions(value: Json, most: int) -> int:
    if value is None:
        return most
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise BadParameter(Place(("dimensions",)), f"dimensions must be from 1 to {most}", value, Fault.UNSUPPORTED)
    return value


def _as_base64(value: Json) -> bool:
    if value in (None, "float", "base64"):
        return bool(value == "base64")
    raise BadParameter(Place(("encoding_format",)), "encoding_format is not supported", value, Fault.UNSUPPORTED)


_MOST_TOKENS = 256


def vector(text: str, dimensions: int) -> list[float]:
    """Return a text's vector: its own direction and those of its commonest tokens, scaled to length one."""
    common = Counter(token.strip() for token in tokens(text.lower())).most_common(_MOST_TOKENS)
    total: list[float] = list(_direction(text, dimensions))
    for token, times in common:
        total = [
            sum_so_far + times * part for sum_so_far, part in zip(total, _direction(token, dimensions), strict=True)
        ]
    length = math.sqrt(sum(part * part for part in total)) or 1.0
    return [part / length for part in total]


@lru_cache(maxsize=2048)
def _direction(text: str, dimensions: int) -> tuple[int, ...]:
    drawn = hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(2 * dimensions)
    return struct.unpack(f"<{dimensions}h", drawn)


def embeddings_body(wish: EmbeddingsWish, model: str, identity: str) -> dict[str, Json]:
    """Return the answer."""
    found = [vector(text, wish.dimensions) for text in wish.texts]
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(one) if wish.as_base64 else one}
        for index, one in enumerate(found)
    ]
    usage = {"prompt_tokens": wish.tokens, "total_tokens": wish.tokens}
    return {"id": identity, "object": "list", "model": model, "data": data, "usage": usage}


def _packed(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
