"""Whether a region offers exactly what an endpoint asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from azserve.model.catalogue import HostedModel, Hosting
from azserve.model.facts import OfferedModel, OfferedSku, RegionFacts
from azserve.model.names import Region
from azserve.model.settings import EndpointSettings
from azserve.model.verdict import Answer, Evidence, Rank, ReasonCode
from azserve.planning.holdings import same_text
from azserve.planning.situation import Ground, Situation, ground

DEFAULT_SKU = "GlobalStandard"
ACCOUNT_KIND = "AIServices"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the region offers, as far as it is known."""

    grounds: tuple[Ground, ...]
    model: OfferedModel | None = None
    """The live entry, None where there is none or nobody could read it."""
    sku: OfferedSku | None = None
    evidence: Evidence | None = None


def find_offer(endpoint: EndpointSettings, region: Region, situation: Situation) -> Offer:
    """Return whether the model, in that version and sku, is offered in the region."""
    hosted = situation.hosted(endpoint)
    match endpoint.hosting:
        case Hosting.SERVERLESS:
            return Offer((_documented(endpoint, region, hosted, "serverless"),))
        case Hosting.FOUNDRY:
            facts = situation.region(region)
            if facts is not None and facts.models.readable:
                return _live(endpoint, region, hosted, facts)
            return _unread(endpoint, region, hosted, facts)


def sku_of(endpoint: EndpointSettings, hosted: HostedModel | None) -> str:
    """Return the sku asked for, else the model's first."""
    return endpoint.sku or (hosted.skus[0] if hosted and hosted.skus else DEFAULT_SKU)


def find_sku(models: Iterable[OfferedModel], model: str, version: str, sku: str) -> OfferedSku | None:
    """Return the sku of a listed model, whatever the kind of entry; see `pick_sku` for names that repeat."""
    for one in models:
        if same_text(one.name, model) and one.version == version:
            found = pick_sku(one, sku)
            if found is not None:
                return found
    return None


def pick_sku(model: OfferedModel, name: str) -> OfferedSku | None:
    """Return the model's sku of that name.

    Names repeat: gpt-4o has Standard twice, and the second draws on the pool of fine-tuned models (recorded
    2026-04-23), which a base model never uses.
    """
    named = [sku for sku in model.skus if same_text(sku.name, name)]
    base = [sku for sku in named if not sku.usage_name.lower().endswith("-finetune")]
    return next(iter([*base, *named]), None)


def _documented(endpoint: EndpointSettings, region: Region, hosted: HostedModel | None, where: str) -> Ground:
    if hosted is None or hosted.regions is None:
        evidence = hosted.evidence if hosted else Evidence(Rank.INFERRED, "nothing is published")
        text = f"no document says where {where} `{endpoint.model}` is offered"
        return ground(Answer.UNKNOWN, ReasonCode.NO_EVIDENCE, text, evidence, hint="only a deployment can tell")
    evidence = hosted.regions_evidence or hosted.evidence
    if region in hosted.regions:
        text = f"documents offer {where} `{endpoint.model}` in `{region}`"
        return ground(Answer.YES, ReasonCode.OFFERED, text, evidence)
    text = f"documents do not offer {where} `{endpoint.model}` in `{region}`"
    hint = f"choose among {_listed(hosted.regions)}"
    return ground(Answer.NO, ReasonCode.REGION_NOT_OFFERED, text, evidence, hint=hint)


def _unread(endpoint: EndpointSettings, region: Region, hosted: HostedModel | None, facts: RegionFacts | None) -> Offer:
    """Fall back on the documents.

    They decide only where nobody tried to read the region (offline): a region that failed to answer is unknown,
    whatever an older document says.
    """
    documented = _documented(endpoint, region, hosted, "Foundry")
    if facts is None or facts.models.evidence.rank is not Rank.LIVE:
        return Offer((documented,))
    text = f"the models of `{region}` could not be read: {facts.models.unreadable}"
    hint = f"try again; {documented.reason.message}"
    return Offer((ground(Answer.UNKNOWN, ReasonCode.UNREADABLE, text, facts.models.evidence, hint=hint),))


def _live(endpoint: EndpointSettings, region: Region, hosted: HostedModel | None, facts: RegionFacts) -> Offer:
    evidence = facts.models.evidence
    listed = [
        one
        for one in facts.models.value or ()
        if one.kind == ACCOUNT_KIND
        and same_text(one.name, endpoint.model)
        and (hosted is None or hosted.format is None or same_text(one.format, hosted.format))
    ]
    if not listed:
        text = f"`{region}` does not list `{endpoint.model}`"
        hint = _elsewhere(hosted)
        return Offer((ground(Answer.NO, ReasonCode.REGION_NOT_OFFERED, text, evidence, hint=hint),), evidence=evidence)
    versions = [one for one in listed if one.version == endpoint.version]
    if not versions:
        known = _listed(one.version for one in listed)
        text = f"`{region}` does not list `{endpoint.model}` version `{endpoint.version}`"
        hint = f"choose among versions {known}"
        return Offer((ground(Answer.NO, ReasonCode.VERSION_NOT_OFFERED, text, evidence, hint=hint),), evidence=evidence)
    wanted = sku_of(endpoint, hosted)
    model = next((one for one in versions if pick_sku(one, wanted)), versions[0])
    sku = pick_sku(model, wanted)
    if sku is None:
        known = _listed(one.name for one in model.skus)
        text = f"`{region}` does not offer `{endpoint.model}` version `{model.version}` as `{wanted}`"
        hint = f"choose among skus {known}" if model.skus else "no sku takes new deployments; choose another version"
        no = ground(Answer.NO, ReasonCode.SKU_NOT_OFFERED, text, evidence, hint=hint)
        return Offer((no,), model=model, evidence=evidence)
    text = f"`{region}` lists `{endpoint.model}` version `{model.version}` as `{wanted}`"
    yes = ground(Answer.YES, ReasonCode.OFFERED, text, evidence)
    return Offer((yes,), model=model, sku=sku, evidence=evidence)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _elsewhere(hosted: HostedModel | None) -> str:
    if hosted is None or not hosted.regions:
        return "choose another region"
    return f"documents name {_listed(hosted.regions[:6])}{' and others' if len(hosted.regions) > 6 else ''}"
