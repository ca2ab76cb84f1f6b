"""What a model can do. Facts are scenario data; this reads them, and falls back on what its name says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import World

inferred(
    "inference.info.model-type",
    "`/info` says `chat-completions` for a chat model (trait `model_type`).",
    because="the tutorials print it so; the specification's open enumeration has `chat-completion`",
)
inferred(
    "inference.traits.sampling",
    "Reasoning models take temperature, top_p and penalties and ignore them.",
    because="the documentation calls them not supported, and its own samples send temperature 0 to DeepSeek-R1",
)

inferred(
    "inference.traits.hidden-thinking",
    "OpenAI's reasoning models show none of their thinking, and refuse temperature other than 1, top_p, penalties and "
    "stop.",
    because="the documentation lists these parameters as not supported; how exactly each is refused was not captured",
)


@dataclass(frozen=True, slots=True)
class Traits:
    """One model's abilities and names. Field names are the scenario's keys."""

    provider: str = "Unknown"
    model_type: str = "chat-completions"
    reasoning: bool = False
    """Thinks aloud."""
    sampling: bool = True
    """Takes temperature and the like, be it to ignore them."""
    tools: bool = True
    images: bool = False
    json_object: bool = True
    json_schema: bool = True
    dimensions: int | None = None
    """Length of its vectors; None for a chat model."""
    context_tokens: int = 128_000
    content_filter_shape: str = "nested"
    """`nested` or `flat`: how a filtered prompt is refused outside the OpenAI routes."""

    @property
    def embeds(self) -> bool:
        """Whether it makes vectors instead of chat."""
        return self.dimensions is not None


_REASONING = Traits(reasoning=True, tools=False, json_object=False, json_schema=False)
_EMBEDDINGS = Traits(model_type="embeddings", dimensions=1536, tools=False, json_object=False, json_schema=False)
_SEES = Traits(images=True)
_HIDES = Traits(images=True, sampling=False)

_BY_NAME: tuple[tuple[str, Traits], ...] = (
    ("deepseek-r1", _REASONING),
    ("embed", _EMBEDDINGS),
    ("multimodal", _SEES),
    ("vision", _SEES),
    ("gpt-4o", _SEES),
    ("gpt-5", _HIDES),
    ("llama-4", _SEES),
)
_PROVIDERS = (
    ("deepseek", "DeepSeek"),
    ("phi", "Microsoft"),
    ("mai", "Microsoft"),
    ("mistral", "Mistral AI"),
    ("ministral", "Mistral AI"),
    ("codestral", "Mistral AI"),
    ("llama", "Meta"),
    ("meta-llama", "Meta"),
    ("cohere", "Cohere"),
    ("embed-v", "Cohere"),
    ("grok", "xAI"),
    ("jais", "Core42"),
    ("gpt", "OpenAI"),
    ("text-embedding", "OpenAI"),
)


def by_name(model: str) -> Traits:
    """Return what a model's name alone suggests."""
    low = model.lower()
    found = next((traits for part, traits in _BY_NAME if part in low), Traits())
    provider = next((name for start, name in _PROVIDERS if low.startswith(start)), found.provider)
    return replace(found, provider=provider)


def traits_of(world: World, model: str) -> Traits:
    """Return a model's traits: the scenario's `models.<name>` over what the name suggests.

    The scenario may say any of the fields of `Traits`; a `type` of `embeddings` makes vectors, of the length that the
    name suggests unless `dimensions` says one. Keys that are no trait are for others.
    """
    table = world.scenario.get("models") if isinstance(world.scenario, dict) else None
    said = _entry(table, model) if isinstance(table, dict) else {}
    found = by_name(model)
    if said.get("type") == "embeddings" and not found.embeds:
        found = replace(_EMBEDDINGS, provider=found.provider)
    known = {name: said[name] for name in Traits.__slots__ if name in said}
    return replace(found, **known)


def _entry(table: dict[str, Json], model: str) -> dict[str, Json]:
    for name, entry in table.items():
        if name.lower() == model.lower() and isinstance(entry, dict):
            return entry
    return {}
