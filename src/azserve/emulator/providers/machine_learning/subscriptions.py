"""workspaces/marketplaceSubscriptions: leave to use a partner's model, bought from the Azure Marketplace."""

from __future__ import annotations

import re
from functools import partial

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.machine_learning import offers
from azserve.emulator.providers.machine_learning.refusals import user_error
from azserve.emulator.providers.machine_learning.versions import ENDPOINTS
from azserve.emulator.providers.machine_learning.workspaces import ENDPOINT
from azserve.emulator.providers.resource import Resource, text_at
from azserve.emulator.providers.scenario import seconds, short

TYPE = "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}")

inferred(
    "ml.subscriptions.azure",
    "a subscription for a model sold by Azure, or a second one for the same model, is refused",
    because="a published notebook says that both throw; the body was not found",
)
inferred(
    "ml.subscriptions.missing",
    "an endpoint for a partner's model without a Subscribed subscription is refused",
    because="the documents ask for the subscription first; the refusal was not found",
)
inferred(
    "ml.subscriptions.suspended",
    "deleting a subscription turns the endpoints of its model to Suspended; a new one reinstates them",
    because="documented as unhealthy and unusable; the states are in the specification",
)


class Subscriptions(Resource):
    """`Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions`"""

    type = TYPE
    api_versions = ENDPOINTS

    def refuse(self, world: World, put: Put) -> None:
        """Name, model, and that there is something to buy."""
        workspace = world.get(put.address.parent) if put.address.parent else None
        location = short(str(workspace.body["location"])) if workspace else ""
        if not _NAME.fullmatch(put.address.name):
            raise user_error(
                world,
                f"Marketplace subscription name '{put.address.name}' is invalid.",
                inner="InvalidName",
                location=location,
            )
        model_id = text_at(put.body, "properties", "modelId") or ""
        offer = offers.find(world, model_id)
        if offer is None:
            raise user_error(
                world,
                f"No marketplace offer was found for the model '{model_id}'.",
                inner="ServerlessOfferNotFound",
                location=location,
                status=404,
            )
        if offer.plan is None:
            raise user_error(
                world,
                f"The model {model_id} does not require a Marketplace subscription.",
                inner="MarketplaceSubscriptionNotRequired",
                location=location,
            )
        _refuse_second(world, put, offer, location)
        refusal = world.scenario.get("machineLearning", {}).get("marketplaceRefusal")
        if refusal:
            raise user_error(
                world,
                "Error occurred when subscribing to Marketplace: Marketplace Subscription purchase eligibility check "
                f"failed, error message [{refusal}].",
                inner="MarketplacePurchaseFailed",
                location=location,
            )

    def make(self, world: World, put: Put) -> Work:
        """Subscribe, and reinstate the endpoints that wait for it."""
        offer = offers.find(world, put.body["properties"]["modelId"])
        assert offer is not None
        location = _location(world, put.address)
        if put.existing is not None and lifecycle.is_busy(put.existing):
            raise user_error(
                world,
                f"Marketplace subscription '{put.address.name}' is in state {put.existing.state}.",
                inner="MarketplaceSubscriptionBusy",
                location=location,
                status=409,
            )
        was = put.existing.properties if put.existing else {}
        properties: dict[str, Json] = {
            "modelId": offer.model_id,
            "marketplacePlan": dict(offer.plan or {}),
            "marketplaceSubscriptionStatus": was.get("marketplaceSubscriptionStatus", "Unsubscribed"),
        }
        stored = lifecycle.write(world, put, {"properties": properties})

        def subscribe() -> None:
            stored.properties["marketplaceSubscriptionStatus"] = "Subscribed"
            _reinstate(world, stored, location)

        is_new = put.existing is None
        return lifecycle.begin(
            world,
            stored,
            state="Creating" if is_new else "Updating",
            seconds=seconds(world, "marketplace-subscription", location) if is_new else 0,
            status=201 if is_new else 200,
            style=Style.AZURE_ASYNC,
            end=subscribe,
        )

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Unsubscribe; endpoints of the model stay and are of no use."""

        def suspend() -> None:
            for endpoint in _endpoints(world, stored):
                endpoint.properties["endpointState"] = "Suspended"

        return lifecycle.begin_delete(
            world,
            stored,
            seconds=seconds(world, "marketplace-subscription", _location(world, stored.address)),
            status=202,
            style=Style.LOCATION,
            end=suspend,
        )


def valid(world: World, endpoint: Address, model_id: str) -> Stored | None:
    """Return the subscription that lets an endpoint have a model; None where there is none in its workspace."""
    for one in world.under(endpoint.parent, TYPE) if endpoint.parent else ():
        subscribed = one.properties["marketplaceSubscriptionStatus"] == "Subscribed"
        if subscribed and one.state != "Deleting" and one.properties["modelId"] == model_id:
            return one
    return None


def missing(world: World, offer: offers.Offer, location: str) -> ArmError:
    """An endpoint without the subscription it needs."""
    return user_error(
        world,
        f"The model {offer.model_id} requires a Marketplace subscription. Create one in this workspace before the "
        "serverless endpoint.",
        inner="MarketplaceSubscriptionRequired",
        location=location,
    )


def _refuse_second(world: World, put: Put, offer: offers.Offer, location: str) -> None:
    for one in world.under(put.address.parent, TYPE) if put.address.parent else ():
        same = one.properties["modelId"] == offer.model_id
        if one.address.key == put.address.key and not same:
            raise user_error(
                world,
                "The model of a Marketplace subscription cannot be changed.",
                inner="MarketplaceSubscriptionModelImmutable",
                location=location,
            )
        if one.address.key != put.address.key and same:
            raise user_error(
                world,
                f"A Marketplace subscription for the model {offer.model_id} already exists: '{one.address.name}'.",
                inner="MarketplaceSubscriptionAlreadyExists",
                location=location,
                status=409,
            )


def _location(world: World, address: Address) -> str:
    workspace = world.get(address.parent) if address.parent else None
    return short(str(workspace.body["location"])) if workspace else ""


def _endpoints(world: World, subscription: Stored) -> list[Stored]:
    parent = subscription.address.parent
    wanted = subscription.properties["modelId"]
    found = world.under(parent, ENDPOINT) if parent else ()
    return [one for one in found if one.properties["modelSettings"]["modelId"] == wanted]


def _reinstate(world: World, subscription: Stored, location: str) -> None:
    for endpoint in _endpoints(world, subscription):
        if endpoint.properties["endpointState"] == "Suspended":
            endpoint.properties["endpointState"] = "Reinstating"
            endpoint.properties["marketplaceSubscriptionId"] = str(subscription.address)
            delay = seconds(world, "endpoint-online", location)
            world.after(delay, partial(_online, world, endpoint))


def _online(world: World, endpoint: Stored) -> None:
    if world.get(endpoint.address) is endpoint and endpoint.properties["endpointState"] == "Reinstating":
        endpoint.properties["endpointState"] = "Online"
