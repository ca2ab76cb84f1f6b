"""What the models themselves ask of a template, from what is published about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from azserve.errors import Severity
from azserve.model.catalogue import Catalogue, HostedModel, Hosting, Lifecycle, LifecycleStage, ModelEntry, Offer
from azserve.model.names import ModelName, Region, region
from azserve.rendering.checks.check import Check, Hit, Subject
from azserve.rendering.checks.document import SOMETHING, Template, Written

_GUIDE: Final = "Microsoft Learn, Deploy models as serverless API deployments (2025-06-16)"
_SKUS: Final = "Microsoft Learn, deployment types of Foundry models; general knowledge"
_CATALOGUE: Final = "azserve's catalogue, whose facts have sources of their own"
_AS_OF: Final = date(2026, 11, 22)
_ENDPOINT: Final = "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints"
_SUBSCRIPTION: Final = "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions"
_DEPLOYMENT: Final = "Microsoft.CognitiveServices/accounts/deployments"
_SKU_NAMES: Final = (
    "Standard", "GlobalStandard", "DataZoneStandard", "GlobalBatch", "DataZoneBatch", "ProvisionedManaged",
    "GlobalProvisionedManaged", "DataZoneProvisionedManaged", "DeveloperTier",
)  # fmt: skip
_PROVISIONED_STEP: Final = 5
_PROVISIONED_LEAST: Final = 15
_PINNED_ID: Final = re.compile(r"(?P<id>azureml://registries/[^/]+/models/[^/]+)/(versions|labels)/.+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Model:
    """A model that a template deploys, as the catalogue knows it."""

    entry: ModelEntry
    hosted: HostedModel


def _model_id(each: Written) -> str:
    found = each.get("properties.modelSettings.modelId") or each.get("properties.modelId")
    text = found if isinstance(found, str) else ""
    pinned = _PINNED_ID.match(text)
    return (pinned["id"] if pinned else text).lower()


def _serverless(each: Written, catalogue: Catalogue) -> _Model | None:
    wanted = _model_id(each)
    for entry in catalogue.models.values() if wanted else ():
        hosted = entry.hostings.get(Hosting.SERVERLESS)
        if hosted is not None and (hosted.model_id or "").lower() == wanted:
            return _Model(entry, hosted)
    return None


def _foundry(each: Written, catalogue: Catalogue) -> _Model | None:
    name = ModelName(str(each.get("properties.model.name")))
    entry, hosted = catalogue.models.get(name), catalogue.hosted(name, Hosting.FOUNDRY)
    return _Model(entry, hosted) if entry is not None and hosted is not None else None


_Place: TypeAlias = tuple[str, str]
"""A project, and the id of a model."""


def _place(each: Written) -> _Place:
    return each.parent, _model_id(each)


def _places(template: Template, kind: str) -> Mapping[_Place, list[Written]]:
    """Return the resources of a type by project and model."""
    places: dict[_Place, list[Written]] = {}
    for each in template.resources:
        if each.kind == kind.lower():
            places.setdefault(_place(each), []).append(each)
    return places


def _needs_subscription(each: Written, catalogue: Catalogue) -> bool:
    found = _serverless(each, catalogue)
    return found is not None and found.hosted.offer is Offer.MARKETPLACE


def _subscribed(subject: Subject) -> Iterator[tuple[Template, Written, list[Written]]]:
    """Yield each endpoint of a partner's model, with what subscribes to the model in its project."""
    for template in subject.document.templates:
        places = _places(template, _SUBSCRIPTION)
        for each in _endpoints(template):
            if _needs_subscription(each, subject.context.catalogue):
                yield template, each, places.get(_place(each), [])


def _endpoints(template: Template) -> Iterator[Written]:
    yield from (each for each in template.resources if each.kind == _ENDPOINT.lower() and not each.exists)


def _unsubscribed(subject: Subject) -> Iterator[Hit]:
    for _, each, subscriptions in _subscribed(subject):
        if not subscriptions:
            yield Hit(each.path, "the model is a partner's offer, and nothing subscribes to it")


def _unneeded(subject: Subject) -> Iterator[Hit]:
    for _, each in _each(subject, _SUBSCRIPTION):
        found = _serverless(each, subject.context.catalogue)
        if found is not None and found.hosted.offer is Offer.AZURE:
            yield Hit(each.path, f"{found.entry.name} is sold by Azure and has no offer to subscribe to")


def _too_early(subject: Subject) -> Iterator[Hit]:
    for template, each, subscriptions in _subscribed(subject):
        enough = {SOMETHING, *(other.path for other in subscriptions)}
        if subscriptions and template.waits[each.path].isdisjoint(enough):
            yield Hit(each.path, "the endpoint does not wait for the subscription to its model")


def _pinned(subject: Subject) -> Iterator[Hit]:
    for _, each in (*_each(subject, _ENDPOINT), *_each(subject, _SUBSCRIPTION)):
        found = each.get("properties.modelSettings.modelId") or each.get("properties.modelId")
        if isinstance(found, str) and _PINNED_ID.match(found):
            yield Hit(f"{each.path}.properties", f"`{found}` names a version")


def _twice(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        places = _places(template, _ENDPOINT)
        for each in _endpoints(template):
            if _model_id(each) and places[_place(each)][0] is not each:
                yield Hit(each.path, "the project has an endpoint for this model already",
                          hint="one endpoint per model and project: use another project, or another model")  # fmt: skip


def _unpinned(subject: Subject) -> Iterator[Hit]:
    for _, each in _each(subject, _DEPLOYMENT):
        if not each.has("properties.model.version"):
            yield Hit(each.path, "the deployment names no version of its model")


def _upgrade(subject: Subject) -> Iterator[Hit]:
    for _, each in _each(subject, _DEPLOYMENT):
        if not each.has("properties.versionUpgradeOption"):
            yield Hit(each.path, "the deployment leaves open when Azure may change its version")


def _sku(subject: Subject) -> Iterator[Hit]:
    for _, each in _each(subject, _DEPLOYMENT):
        found = each.get("sku.name")
        if isinstance(found, str) and found not in _SKU_NAMES:
            yield Hit(f"{each.path}.sku.name", f"`{found}` is no sku of a deployment",
                      hint=f"use one of {', '.join(_SKU_NAMES)}")  # fmt: skip


def _capacity(subject: Subject) -> Iterator[Hit]:
    for _, each in _each(subject, _DEPLOYMENT):
        found, path = each.get("sku.capacity"), f"{each.path}.sku.capacity"
        if found is None:
            continue
        if not isinstance(found, int) or isinstance(found, bool) or found < 1:
            yield Hit(path, f"`{found}` is no capacity", hint="capacity is a whole number of units, at least 1")
        elif "Provisioned" in str(each.get("sku.name")) and (found < _PROVISIONED_LEAST or found % _PROVISIONED_STEP):
            yield Hit(path, f"{found} units cannot be provisioned",
                      hint=f"at least {_PROVISIONED_LEAST}, in steps of {_PROVISIONED_STEP}")  # fmt: skip


def _region_of(each: Written, template: Template) -> Region | None:
    """Return where a deployment's account is; None where another template says."""
    accounts = [other for other in template.by_label.get(each.parent, ()) if other.called.lower() == each.parent]
    found = accounts[0].get("location") if accounts else None
    return region(found) if isinstance(found, str) else None


def _boundary(subject: Subject) -> Iterator[Hit]:
    context = subject.context
    for template, each in _each(subject, _DEPLOYMENT):
        sku, where = str(each.get("sku.name")), _region_of(each, template)
        entry = context.catalogue.regions.get(where) if where else None
        if sku.startswith("DataZone") and entry is not None and entry.data_zone is None:
            yield Hit(f"{each.path}.sku.name", f"`{where}` is in no data zone, so it has no `{sku}`",
                      hint="use a region of the us or eu zone, or another sku")  # fmt: skip
        elif sku.startswith("Global") and context.within:
            yield Hit(f"{each.path}.sku.name", f"`{sku}` computes anywhere, and data may not leave "
                      + ", ".join(context.within), hint="use a `DataZone` or a regional sku")  # fmt: skip


def _lifecycle(subject: Subject) -> Iterator[Hit]:
    context = subject.context
    for _, each in (*_each(subject, _ENDPOINT), *_each(subject, _DEPLOYMENT)):
        serverless = each.kind == _ENDPOINT.lower()
        found = (_serverless if serverless else _foundry)(each, context.catalogue)
        version = "latest" if serverless else str(each.get("properties.model.version"))
        lifecycle = found.hosted.lifecycles.get(version) if found else None
        if found and lifecycle and (ends := _ending(lifecycle, context.today)):
            successor = f"; its replacement is {lifecycle.replacement}" if lifecycle.replacement else ""
            yield Hit(each.path, f"{found.entry.name} {ends}{successor}")


def _ending(lifecycle: Lifecycle, today: date) -> str | None:
    if lifecycle.retires and lifecycle.retires <= today:
        return f"was retired on {lifecycle.retires} ({lifecycle.evidence.rank})"
    if lifecycle.stage in {LifecycleStage.DEPRECATED, LifecycleStage.RETIRED}:
        return f"is {lifecycle.stage}"
    return None


def _each(subject: Subject, kind: str) -> Iterator[tuple[Template, Written]]:
    for template in subject.document.templates:
        yield from ((template, each) for each in template.resources if each.kind == kind.lower() and not each.exists)


CHECKS: Final = (
    Check("marketplace-missing", "a partner's model is subscribed to in the same project",
          "the endpoint is refused, or comes up and does not answer",
          "add a `marketplaceSubscriptions` resource for the model", _unsubscribed, _GUIDE, _AS_OF),
    Check("marketplace-unneeded", "a model sold by Azure is not subscribed to",
          "the subscription fails, and the deployment with it",
          "remove the `marketplaceSubscriptions` resource", _unneeded, _GUIDE, _AS_OF),
    Check("marketplace-order", "an endpoint waits for the subscription to its model",
          "made too early, the endpoint is refused", "add the subscription to `dependsOn`", _too_early, _GUIDE, _AS_OF),
    Check("serverless-version", "a serverless model id names no version",
          "serverless always runs the latest, and refuses an id that names one",
          "cut the id before `/versions`", _pinned, _GUIDE, _AS_OF),
    Check("same-model-twice", "a project has one endpoint per model", "the second one is refused",
          "use another project", _twice, _GUIDE, _AS_OF),
    Check("version-unpinned", "a deployment pins the version of its model",
          "two regions, or two days, would run different models", "set `properties.model.version`",
          _unpinned, "azserve's own rule", _AS_OF),
    Check("upgrade-undecided", "a deployment says when Azure may change its version",
          "the default changes the model under a running application",
          "set `versionUpgradeOption`", _upgrade, "azserve's own rule", _AS_OF, Severity.WARNING),
    Check("unknown-sku", "a deployment's sku is one of the closed list", "the deployment is refused",
          "use a sku of the list", _sku, _SKUS, _AS_OF),
    Check("capacity-range", "capacity is a whole number of units, in the steps that its sku has",
          "the deployment is refused with InvalidCapacity", "change `sku.capacity`", _capacity, _SKUS, _AS_OF),
    Check("data-boundary", "a sku computes no farther than its data may go",
          "requests would be processed outside the boundary, or the deployment is refused",
          "use a `DataZone` or a regional sku", _boundary, _SKUS, _AS_OF),
    Check("model-lifecycle", "the model takes new deployments", "new deployments are refused, and later calls fail",
          "move to the replacement", _lifecycle, _CATALOGUE, _AS_OF, Severity.WARNING),
)  # fmt: skip
