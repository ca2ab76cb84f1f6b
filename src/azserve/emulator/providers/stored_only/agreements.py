"""Marketplace agreements: the terms of a plan, signed or not. Nothing is bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Provider
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import World

NAMESPACE = "Microsoft.MarketplaceOrdering"
_NOTE = "marketplace.agreements"
_AGREEMENTS = f"/subscriptions/{{subscription}}/providers/{NAMESPACE}/agreements"
_PLAN = f"{_AGREEMENTS}/{{publisher}}/offers/{{offer}}/plans/{{plan}}"
_TERMS = (
    f"/subscriptions/{{subscription}}/providers/{NAMESPACE}/offerTypes/{{kind}}/publishers/{{publisher}}"
    "/offers/{offer}/plans/{plan}/agreements/current"
)
Names = Mapping[str, str]

inferred(
    "marketplace.agreements.free",
    "every plan has terms, nobody's signature is needed to buy it",
    because="creating a marketplace subscription signs on the way, as far as its documentation tells",
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether and when the terms of a plan were accepted."""

    accepted: bool
    at: float


def show(world: World, call: Call, names: Names) -> Reply:
    """GET the terms of a plan"""
    return Reply(200, _shown(world, call, names))


def sign(world: World, call: Call, names: Names) -> Reply:
    """POST sign"""
    _signatures(world)[_key(names)] = Signature(accepted=True, at=world.now())
    return Reply(200, _shown(world, call, names))


def cancel(world: World, call: Call, names: Names) -> Reply:
    """POST cancel"""
    _signatures(world)[_key(names)] = Signature(accepted=False, at=world.now())
    return Reply(200, _shown(world, call, names))


def put(world: World, call: Call, names: Names) -> Reply:
    """PUT the terms of a plan, `accepted` or not"""
    properties = call.body.get("properties") if isinstance(call.body, dict) else None
    accepted = properties.get("accepted") if isinstance(properties, dict) else None
    if not isinstance(accepted, bool):
        raise ArmError(400, "BadRequest", "'properties.accepted' must be true or false.", target="properties.accepted")
    _signatures(world)[_key(names)] = Signature(accepted, world.now())
    return Reply(200, _shown(world, call, names))


def list_signed(world: World, call: Call, names: Names) -> Reply:
    """GET the plans whose terms were accepted"""
    mine = names["subscription"].lower()
    value: list[Json] = []
    for (subscription, publisher, offer, plan), signature in _signatures(world).items():
        if subscription == mine and signature.accepted:
            value.append(_shown(world, call, {**names, "publisher": publisher, "offer": offer, "plan": plan}))
    return Reply(200, {"value": value})


PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=(),
    routes={
        ("GET", _AGREEMENTS): list_signed,
        ("GET", _PLAN): show,
        ("POST", f"{_PLAN}/sign"): sign,
        ("POST", f"{_PLAN}/cancel"): cancel,
        ("GET", _TERMS): show,
        ("PUT", _TERMS): put,
    },
    route_api_versions=("2021-01-01", "2015-06-01"),
)


def _signatures(world: World) -> dict[tuple[str, str, str, str], Signature]:
    found: dict[tuple[str, str, str, str], Signature] = world.notes.setdefault(_NOTE, {})
    return found


def _key(names: Names) -> tuple[str, str, str, str]:
    return (
        names["subscription"].lower(),
        names["publisher"].lower(),
        names["offer"].lower(),
        names["plan"].lower(),
    )


def _shown(world: World, call: Call, names: Names) -> dict[str, Json]:
    signature = _signatures(world).get(_key(names), Signature(accepted=False, at=world.now()))
    publisher, offer, plan = names["publisher"], names["offer"], names["plan"]
    terms = f"https://storelegalterms.blob.core.windows.net/legalterms/{publisher}/{offer}/{plan}"
    within = f"/subscriptions/{names['subscription']}/providers/{NAMESPACE}"
    return {
        "id": f"{within}/agreements/{publisher}/offers/{offer}/plans/{plan}",
        "name": plan,
        "type": f"{NAMESPACE}/agreements",
        "properties": {
            "publisher": publisher,
            "product": offer,
            "plan": plan,
            "licenseTextLink": f"{terms}.txt",
            "privacyPolicyLink": f"{terms}-privacy.txt",
            "marketplaceTermsLink": f"{terms}-marketplace.txt",
            "retrieveDatetime": timestamp(world.now()),
            "accepted": signature.accepted,
        },
    }
