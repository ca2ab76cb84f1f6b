"""What Azure keeps of what was deleted: names that are taken, and what a deploy can bring back.

An account is kept for 48 days and a key vault for as long as it says (documented); names here are functions of the
identity, so a fleet that was destroyed meets its own when it is deployed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from azserve.model.catalogue import Hosting
from azserve.model.estate import RegionEstate
from azserve.model.facts import DeletedResource, Fact
from azserve.model.names import Region
from azserve.model.plan import Placement
from azserve.model.resource_id import ResourceId
from azserve.model.settings import EndpointSettings
from azserve.model.verdict import Answer, Evidence, Rank, Reason, ReasonCode
from azserve.planning.places import ACCOUNT
from azserve.planning.situation import Ground, Situation, ground

VAULT: Final = "Microsoft.KeyVault/vaults"
PURGE: Final = "`azserve destroy --purge` removes it for good"


def kept_account(region: Region, situation: Situation) -> DeletedResource | None:
    """Return what Azure keeps of the fleet's own account in a region."""
    own = _own_account(region, situation)
    return _kept(own, situation.around(region).deleted_accounts) if own else None


def kept_vault(region: Region, situation: Situation) -> DeletedResource | None:
    """Return what Azure keeps of the vault of the fleet's own hub in a region."""
    own = _own_vault(region, situation)
    return _kept(own, situation.around(region).deleted_vaults) if own else None


def soft_deleted_grounds(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[Ground]:
    """Yield what is kept of what the endpoint needs, or stands in its way under the same name."""
    match endpoint.hosting:
        case Hosting.FOUNDRY:
            own, kept = _own_account(region, situation), situation.around(region).deleted_accounts
        case Hosting.SERVERLESS:
            own, kept = _own_vault(region, situation), situation.around(region).deleted_vaults
    if own is None:
        return
    if kept.value is None:
        if kept.evidence.rank is Rank.LIVE:
            text = f"whether `{own.name}` is soft-deleted could not be read: {kept.unreadable}"
            yield ground(Answer.UNKNOWN, ReasonCode.UNREADABLE, text, kept.evidence, hint="try again")
        return
    for one in kept.value:
        if one.id.type.lower() == own.type.lower() and one.id.name.lower() == own.name.lower():
            yield _ground(one, own, kept.evidence)


def bring_back(placement: Placement, situation: Situation) -> Placement:
    """Return the placement with the switch set for each account and vault that is soft-deleted, and a word of each."""
    warnings: list[Reason] = []
    estates: list[RegionEstate] = []
    for estate in placement.estates:
        account, vault = kept_account(estate.region, situation), kept_vault(estate.region, situation)
        if estate.foundry is not None and account is not None:
            estate = replace(estate, foundry=replace(estate.foundry, restore=True))
            warnings.append(_returns(account, "with the deployments that were in it"))
        if estate.serverless is not None and vault is not None:
            estate = replace(estate, serverless=replace(estate.serverless, recover_vault=True))
            warnings.append(_returns(vault, "with its secrets"))
        estates.append(estate)
    return replace(placement, estates=tuple(estates), warnings=(*placement.warnings, *warnings))


def returning(estate: RegionEstate) -> Iterator[ResourceId]:
    """Yield what the region's deployment brings back from soft delete."""
    group = (estate.subscription, estate.group)
    if estate.foundry is not None and estate.foundry.restore:
        yield ResourceId(*group, ACCOUNT, (estate.foundry.account,))
    if estate.serverless is not None and estate.serverless.recover_vault:
        yield ResourceId(*group, VAULT, (estate.serverless.vault,))


def keepers_of_quota(region: Region, situation: Situation) -> tuple[str, ...]:
    """Return the names of soft-deleted accounts in a region, whoever's: they keep the quota of their deployments."""
    kept: Iterable[DeletedResource] = situation.around(region).deleted_accounts.value or ()
    return tuple(one.id.name for one in kept if one.region == region)


def _own_account(region: Region, situation: Situation) -> ResourceId | None:
    settings = situation.settings
    if settings.foundry.existing.account is not None or settings.subscription_in(region) is None:
        return None
    place = situation.place(region)
    if situation.holdings.has_account(place.foundry.account, region):
        return None
    return ResourceId(place.identity.subscription, place.group, ACCOUNT, (place.foundry.account,))


def _own_vault(region: Region, situation: Situation) -> ResourceId | None:
    settings = situation.settings
    existing = settings.serverless.existing
    if existing.vault or existing.hub or existing.project or settings.subscription_in(region) is None:
        return None
    place = situation.place(region)
    return ResourceId(place.identity.subscription, place.group, VAULT, (place.serverless.vault,))


def _kept(own: ResourceId, kept: Fact[tuple[DeletedResource, ...]]) -> DeletedResource | None:
    return next((one for one in kept.value or () if one.id.key == own.key), None)


def _ground(kept: DeletedResource, own: ResourceId, evidence: Evidence) -> Ground:
    until = f" until {kept.purged_at.date().isoformat()}" if kept.purged_at else ""
    if kept.id.key == own.key:
        text = f"`{own.name}` is soft-deleted{until}; a deploy brings it back"
        return ground(Answer.YES, ReasonCode.SOFT_DELETED, text, evidence, hint=PURGE)
    text = f"the name `{own.name}` is kept{until} by what was deleted in group `{kept.id.group}`"
    hint = "wait until then: it is protected from purging" if kept.purge_protected else "purge it, or change `fleet`"
    return ground(Answer.NO, ReasonCode.SOFT_DELETED, text, evidence, hint=hint)


def _returns(kept: DeletedResource, how: str) -> Reason:
    text = f"`{kept.id.name}` in `{kept.region}` is soft-deleted: a deploy brings it back {how}"
    return Reason(ReasonCode.SOFT_DELETED, text, hint=f"to begin anew instead: {PURGE}")
