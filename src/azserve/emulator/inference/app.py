"""One request to a data-plane host → one answer."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from azserve.emulator.inference import limits, mutants, refusals, routes, signin
from azserve.emulator.inference.answers import Envelope, chat_body
from azserve.emulator.inference.completion import Completion, complete, prompt_tokens
from azserve.emulator.inference.embeddings import embeddings_body, read_embeddings
from azserve.emulator.inference.messages import prompt_texts
from azserve.emulator.inference.mutants import Mutant, Mutants
from azserve.emulator.inference.parameters import ChatWish, body_of, read_chat
from azserve.emulator.inference.refusals import BadParameter, Refused
from azserve.emulator.inference.relay import Relay
from azserve.emulator.inference.routes import Dialect, Operation, Route, Unmodelled
from azserve.emulator.inference.script.filter import ContentFilter, content_filter
from azserve.emulator.inference.script.model import Utterance, respond
from azserve.emulator.inference.script.pattern import Impossible
from azserve.emulator.inference.stream import Form, Pace, events
from azserve.emulator.inference.traits import Traits, traits_of
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Target, TargetModel
from azserve.emulator.kernel.wire import Call, Json, LateReply, Reply, StreamReply
from azserve.emulator.kernel.world import World

if TYPE_CHECKING:
    from azserve.emulator.inference.upstream import Upstream

inferred(
    "inference.models.missing-name",
    "A request to /models without a model's name is 400 `no_model_name`; the header `x-ms-model-mesh-model-name` may "
    "carry the name.",
    because="the service's wording was seen in passing, not in a capture",
)
inferred(
    "inference.models.list",
    "`/openai/v1/models` lists the deployments that answer.",
    because="clients look for names they can use; what exactly is listed is not documented",
)

Answer = Reply | StreamReply | LateReply
_STREAMED = {"content-type": "text/event-stream", "cache-control": "no-cache"}


def serve(world: World, target: Target | None, call: Call, path: str, *, upstream: Upstream | None = None) -> Answer:
    """Answer a request; `path` is what follows `/_hosts/<host>`, and `target` what stands behind the host.

    With `upstream` chat is answered by another server.
    """
    try:
        answer = _serve(world, target, call, path, upstream)
    except Refused as refused:
        answer = refused.reply()
    region = {"x-ms-region": target.region} if target is not None else {}
    request_id = call.headers.get("x-ms-client-request-id") or _guid(_fresh_id(world))
    return replace(
        answer, headers={"apim-request-id": request_id, "x-request-id": request_id, **region, **answer.headers}
    )


def _serve(world: World, target: Target | None, call: Call, path: str, upstream: Upstream | None) -> Answer:
    if target is None:
        raise refusals.not_found()
    route = _route(target, call, path)
    misbehaving = mutants.active(world)
    if Mutant.OPEN_DOOR not in misbehaving:
        signin.check(world, target, route, call)
    try:
        return _Exchange(world, target, route, call, misbehaving, upstream).answer()
    except BadParameter as bad:
        raise refusals.refused(route.dialect, bad) from bad


def _route(target: Target, call: Call, path: str) -> Route:
    found = routes.find(target.hosting, path)
    if found is None:
        raise refusals.not_found()
    if isinstance(found, Unmodelled):
        raise refusals.not_modelled(found.what)
    if call.method.upper() != found.method:
        raise refusals.plain(405, "405", "Method Not Allowed", headers={"Allow": found.method})
    problem = routes.api_version_problem(found, call.query)
    if problem == "missing" and found.dialect is Dialect.OPENAI:
        raise refusals.not_found()
    if problem is not None:
        text = "API version not supported" if problem == "unknown" else "Missing required query parameter: api-version"
        raise refusals.plain(400, "BadRequest", text)
    return found


class _Exchange:
    """One signed-in request on a known route."""

    def __init__(
        self,
        world: World,
        target: Target,
        route: Route,
        call: Call,
        misbehaving: Mutants,
        upstream: Upstream | None,
    ) -> None:
        self.world = world
        self.target = target
        self.route = route
        self.call = call
        self.mutants = misbehaving
        self.upstream = upstream

    def answer(self) -> Answer:
        match self.route.operation:
            case Operation.INFO:
                return self._info()
            case Operation.LIST:
                return self._list()
            case Operation.CHAT:
                return self._chat()
            case Operation.EMBEDDINGS:
                return self._embeddings()
            case _ as never:
                assert_never(never)

    def _ready(self, model: TargetModel) -> bool:
        return self.target.usable and model.ready_at <= self.world.now()

    def _info(self) -> Reply:
        model = self._model(None)
        traits = traits_of(self.world, model.model)
        name = f"{model.model}-distilled" if Mutant.OTHER_INFO in self.mutants else model.model
        return Reply(200, {"model_name": name, "model_type": traits.model_type, "model_provider_name": traits.provider})

    def _list(self) -> Reply:
        created = int(self.world.now())
        data = [
            {
                "id": model.name,
                "object": "model",
                "created": created,
                "owned_by": traits_of(self.world, model.model).provider,
            }
            for model in self.target.models.values()
            if self._ready(model)
        ]
        return Reply(200, {"object": "list", "data": data})

    def _model(self, body: Json) -> TargetModel:
        """Return the model that is meant, when it answers yet."""
        if self.route.dialect is Dialect.SERVERLESS:
            found = next(iter(self.target.models.values()), None)
            name = found.name if found else ""
        else:
            name = self._named(body)
            found = self.target.models.get(name.lower())
        if found is None or not self._ready(found):
            raise refusals.unknown_model(self.route.dialect, name)
        return found

    def _named(self, body: Json) -> str:
        name = self.route.deployment or (body.get("model") if isinstance(body, dict) else None)
        name = name or self.call.headers.get("x-ms-model-mesh-model-name")
        if isinstance(name, str) and name:
            return name
        if self.route.dialect is Dialect.OPENAI:
            raise refusals.openai_refusal("you must provide a model parameter")
        raise refusals.plain(
            400,
            "no_model_name",
            "No model specified in request. Please provide a model name in the request body or as a "
            "x-ms-model-mesh-model-name header.",
        )

    def envelope(self, model: TargetModel) -> Envelope:
        """Return what is the same in every piece of this answer."""
        return Envelope(
            id=_fresh_id(self.world),
            created=int(self.world.now()),
            model=model.model,
            dialect=self.route.dialect,
            mutants=self.mutants,
        )

    def headers(self, allowance: limits.Allowance) -> dict[str, str]:
        """Return what is left of the limits."""
        return {} if Mutant.NO_RATE_HEADERS in self.mutants else allowance.headers()

    def _chat(self) -> Answer:
        model = self._model(self.call.body)
        traits = traits_of(self.world, model.model)
        if traits.embeds:
            raise refusals.wrong_operation("chatCompletion", model.model)
        body = self._chat_body()
        wish = read_chat(self.route.dialect, body, traits)
        spent = _within_context(prompt_tokens(wish), traits)
        allowance = self._admit(model, "ChatCompletions_Create", spent)
        filtering = self._filter(wish, model, traits)
        if self.upstream is not None:
            laying_out = _LayingOut(self, model, wish, allowance, spent, traits.reasoning)
            return _passed_on(self.upstream, body, laying_out, filtering)
        said, taken = self._say(wish, traits)
        closes = Mutant.UNCLOSED_THINK not in self.mutants
        completion = complete(taken, said, filtering, spent_on_prompt=spent, closes=closes)
        return _LayingOut(self, model, wish, allowance, spent, traits.reasoning).answer(completion)

    def _filter(self, wish: ChatWish, model: TargetModel, traits: Traits) -> ContentFilter | None:
        """Return the filter for the answer, once the prompt has passed it."""
        if not model.content_filter or Mutant.NO_FILTER in self.mutants:
            return None
        found = content_filter(self.world)
        category = found.category(prompt_texts(wish.turns))
        if category is not None:
            flat = traits.content_filter_shape == "flat"
            raise refusals.prompt_filtered(self.route.dialect, category, flat=flat)
        return found

    def _say(self, wish: ChatWish, traits: Traits) -> tuple[Utterance, ChatWish]:
        """Return what the model says, and the wish as it took it."""
        taken = mutants.misread(self.mutants, wish)
        try:
            said = respond(taken, reasons=traits.reasoning)
        except Impossible as error:
            raise refusals.not_modelled(f"an answer to this JSON schema: {error}") from error
        return mutants.misspeak(self.mutants, taken, said), taken

    def _admit(self, model: TargetModel, operation: str, tokens: int) -> limits.Allowance:
        version = self.call.api_version
        said = f"{operation} under API version {version}" if version else operation
        return limits.admit(self.world, limits.Asker(self.target, model, self.route.dialect, said), tokens)

    def _chat_body(self) -> dict[str, Json]:
        headers = dict(self.call.headers)
        if Mutant.ACCEPTED_EXTRA in self.mutants:
            headers["extra-parameters"] = "drop"
        return body_of(self.route.dialect, self.call.body, headers)

    def _embeddings(self) -> Reply:
        model = self._model(self.call.body)
        traits = traits_of(self.world, model.model)
        if traits.dimensions is None:
            raise refusals.wrong_operation("embeddings", model.model)
        body = self.call.body
        if not isinstance(body, dict):
            raise BadParameter(refusals.Place(()), "the body must be a JSON object", body)
        wish = read_embeddings(self.route.dialect, body, self.call.headers, traits.dimensions)
        if Mutant.SHORT_VECTORS in self.mutants:
            wish = replace(wish, dimensions=max(1, wish.dimensions // 2))
        allowance = self._admit(model, "Embeddings_Create", wish.tokens)
        return Reply(200, embeddings_body(wish, model.model, _fresh_id(self.world)), self.headers(allowance))


@dataclass(frozen=True, slots=True)
class _LayingOut:
    """All that a completion needs to become an answer."""

    exchange: _Exchange
    model: TargetModel
    wish: ChatWish
    allowance: limits.Allowance
    spent: int
    reasons: bool

    def answer(self, completion: Completion) -> Reply | StreamReply:
        exchange, wish = self.exchange, self.wish
        self.allowance.spend(completion.completion_tokens)
        envelope, headers = exchange.envelope(self.model), exchange.headers(self.allowance)
        if not wish.stream:
            return Reply(200, chat_body(envelope, completion), headers)
        chunks = events(envelope, completion, self._form, pace(exchange.world, exchange.target))
        return StreamReply(200, chunks, {**_STREAMED, **headers})

    async def relayed(self, upstream: Upstream, body: dict[str, Json], filtering: ContentFilter | None) -> StreamReply:
        """Return what another server says, passed on while it says it; Refused where it does not begin."""
        exchange, open_line = self.exchange, AsyncExitStack()
        said = await open_line.enter_async_context(upstream.listen(body, self.model.model))
        relay = Relay(exchange.envelope(self.model), self._form, filtering, self.spent, self.allowance.spend)

        async def passed_on() -> AsyncIterator[tuple[float, bytes]]:
            async with open_line:
                try:
                    async for event in relay.events(said):
                        yield event
                except Refused:
                    return  # cut off in the middle: all that can be told to who has read the status already

        return StreamReply(200, passed_on(), {**_STREAMED, **exchange.headers(self.allowance)})

    @property
    def _form(self) -> Form:
        return Form(seed=self.wish.seed, include_usage=self.wish.include_usage, reasons=self.reasons)


def _passed_on(
    upstream: Upstream, body: dict[str, Json], laying_out: _LayingOut, filtering: ContentFilter | None
) -> LateReply:
    """Return the answer of another server, laid out as ours; limits and stop sequences are its to keep."""
    free = replace(laying_out.wish, max_tokens=None, stop=())

    async def give() -> Reply | StreamReply:
        try:
            if laying_out.wish.stream:
                return await laying_out.relayed(upstream, body, filtering)
            heard = (await upstream.ask(body, laying_out.model.model)).thinking_kept(reasons=laying_out.reasons)
        except Refused as refused:
            return refused.reply()
        completion = complete(free, heard.said, filtering, spent_on_prompt=laying_out.spent)
        return laying_out.answer(replace(completion, finish_reason="length") if heard.is_cut else completion)

    return LateReply(give)


def _fresh_id(world: World) -> str:
    """Return an id for an answer; the World's own ids stay as they are, so that talking changes nothing it makes."""
    number = world.notes["inference.answers"] = world.notes.get("inference.answers", 0) + 1
    return hashlib.sha256(f"{world.ids.seed}/answer/{number}".encode()).hexdigest()[:32]


def _guid(digits: str) -> str:
    return str(uuid.UUID(digits, version=4))


def _within_context(spent: int, traits: Traits) -> int:
    if spent > traits.context_tokens:
        text = (
            f"This model's maximum context length is {traits.context_tokens} tokens. However, your messages resulted "
            f"in {spent} tokens. Please reduce the length of the messages."
        )
        raise refusals.openai_refusal(text, param="messages", code="context_length_exceeded")
    return spent


def pace(world: World, target: Target) -> Pace:
    """Return how fast a region streams: the scenario's `inference`, with `regions.<region>` over it."""
    said = world.scenario.get("inference") if isinstance(world.scenario, dict) else None
    table = said if isinstance(said, dict) else {}
    local = table.get("regions", {}).get(target.region, {})
    default = Pace()
    merged = {**table, **local}
    return Pace(
        first_s=float(merged.get("first_s", default.first_s)), chunk_s=float(merged.get("chunk_s", default.chunk_s))
    )
