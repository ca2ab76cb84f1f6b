"""The pieces of an account and what is in it.

Everything that writes to one account stands in a single chain, because Azure answers two concurrent writes under one
account with 409 `RequestConflict`; a private endpoint counts as such a write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from azserve.model.catalogue import Hosting
from azserve.model.estate import Encryption, FoundryDeployment, FoundryHost, KeySecret
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Blocklist, ContentFilter, FilterLevel, FilterPolicy, SignIn
from azserve.rendering import pieces as p
from azserve.rendering.around import Reached, grants, locks, logs, private
from azserve.rendering.symbols import Names, symbol_of

ACCOUNT = "Microsoft.CognitiveServices/accounts"
_ZONES = {
    "cognitiveServicesZone": "privatelink.cognitiveservices.azure.com",
    "openaiZone": "privatelink.openai.azure.com",
    "aiServicesZone": "privatelink.services.ai.azure.com",
}
"""Private DNS zones of an AIServices account, by symbol: its three public host names."""
_OWN_POLICIES = {
    ContentFilter.STRICT: (
        "strictFilter",
        FilterPolicy("azserve-strict", dict.fromkeys(p.RAI_CATEGORIES, FilterLevel.LOW)),
        "Stricter than the default: blocks from low severity on.",
    ),
    ContentFilter.OFF: (
        "openFilter",
        FilterPolicy("azserve-off", dict.fromkeys(p.RAI_CATEGORIES, FilterLevel.OFF)),
        "Annotates instead of blocking. Azure takes this only in subscriptions approved for modified content filters.",
    ),
}
_DEFAULT_POLICY = "Microsoft.DefaultV2"
_ITEM_HASH = 16


def foundry_pieces(host: FoundryHost, names: Names) -> Iterator[p.Piece]:
    """Yield what is written for Foundry deployments, each piece after what it depends on."""
    account = names.ref("account", ACCOUNT, host.account)
    made = () if host.account_exists else (account,)
    yield from _account(host, account, names)
    last: tuple[p.Ref, ...] = ()
    for piece in _chained(host, account, names):
        needs = piece.needs if isinstance(piece, p.BlocklistItem) else (*made, *piece.needs)
        yield replace(piece, needs=needs, after=tuple(ref for ref in last if ref not in needs))
        last = (piece.ref,)
    if not host.account_exists:
        reached = Reached(account, host.account, "account", "account", _ZONES)
        yield from private(host.network, reached, last, names)
    yield from grants(host.access, Hosting.FOUNDRY, account, made, names)
    yield from logs(host.diagnostics, made, names)
    yield from locks(made if host.lock else (), names)
    for secret in host.secrets:
        yield replace(_secret(secret, account, names), needs=made)


def _account(host: FoundryHost, account: p.Ref, names: Names) -> Iterator[p.Piece]:
    if host.account_exists:
        yield p.Existing(ref=account, name=host.account)
        return
    encryption: p.AccountEncryption | None = None
    if host.encryption is not None and host.identity is not None:
        identity = names.elsewhere(
            "encryptionIdentity",
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            ResourceId.parse(host.identity),
        )
        yield identity
        encryption = _encryption(host.encryption, identity.ref)
    yield p.Account(
        ref=account,
        name=host.account,
        subdomain=host.subdomain,
        public=host.network.public,
        local_auth=host.sign_in is not SignIn.ENTRA,
        identity=host.identity,
        encryption=encryption,
    )


def _encryption(key: Encryption, identity: p.Ref) -> p.AccountEncryption:
    return p.AccountEncryption(key.vault_uri, key.name, key.version, identity)


def _chained(host: FoundryHost, account: p.Ref, names: Names) -> Iterator[p.Piece]:
    """Yield what writes to the account, in the order it has to keep; the caller adds the links."""
    if not host.project_exists and not host.account_exists:
        project = names.ref("accountProject", f"{ACCOUNT}/projects", host.project, account)
        yield p.AccountProject(ref=project, name=host.project, account=account, identity=host.identity)
    yield from _filters(host, account, names)
    for deployment in host.deployments:
        yield _deployment(deployment, account, names)


def _filters(host: FoundryHost, account: p.Ref, names: Names) -> Iterator[p.Piece]:
    """Yield the filters that deployments use, and before them the blocklists that these use."""
    wanted = {one.content_filter for one in host.deployments if one.filter_name is None}
    for filter_, (symbol, policy, comment) in _OWN_POLICIES.items():
        if filter_ in wanted:
            ref = names.ref(symbol, f"{ACCOUNT}/raiPolicies", policy.name, account)
            yield _policy(policy, ref, account, comment, {})
    named = {one.filter_name for one in host.deployments}
    policies = tuple(policy for policy in host.filters if policy.name in named)
    used = {name for policy in policies for name in policy.blocklists}
    lists: dict[str, p.Ref] = {}
    for blocklist in host.blocklists:
        if blocklist.name in used:
            pieces = tuple(_blocklist(blocklist, account, names))
            lists[blocklist.name] = pieces[0].ref
            yield from pieces
    for policy in policies:
        ref = names.ref(symbol_of(policy.name, "Filter"), f"{ACCOUNT}/raiPolicies", policy.name, account)
        yield _policy(policy, ref, account, "As the fleet's file describes it.", lists)


def _policy(policy: FilterPolicy, ref: p.Ref, account: p.Ref, comment: str, lists: Mapping[str, p.Ref]) -> p.RaiPolicy:
    filters = tuple(
        p.Filter(category, source, level is not FilterLevel.OFF, _threshold(level))
        for source in p.SOURCES
        for category, level in policy.levels.items()
    )
    blocks = any(level is not FilterLevel.OFF for level in policy.levels.values())
    refs = tuple(lists[name] for name in policy.blocklists)
    return p.RaiPolicy(
        ref=ref,
        name=policy.name,
        account=account,
        comment=comment,
        filters=filters,
        shields=tuple(p.Shield(name, source, blocks) for name, source in p.RAI_SHIELDS),
        blocklists=refs,
        blocklist_names=policy.blocklists,
        needs=refs,
    )


def _threshold(level: FilterLevel) -> str:
    return "High" if level is FilterLevel.OFF else level.value.capitalize()


def _blocklist(blocklist: Blocklist, account: p.Ref, names: Names) -> Iterator[p.Piece]:
    ref = names.ref(symbol_of(blocklist.name, "Blocklist"), f"{ACCOUNT}/raiBlocklists", blocklist.name, account)
    yield p.Blocklist(ref=ref, name=blocklist.name, account=account, description=blocklist.description)
    entries = [*((term, False) for term in blocklist.terms), *((each, True) for each in blocklist.patterns)]
    for number, (pattern, is_regex) in enumerate(entries, start=1):
        # Named by what it says, so that an entry added in the middle does not rename those after it.
        name = hashlib.sha256(f"{is_regex}{pattern}".encode()).hexdigest()[:_ITEM_HASH]
        item = names.ref(f"{ref.symbol}Item{number}", f"{ACCOUNT}/raiBlocklists/raiBlocklistItems", name, ref)
        yield p.BlocklistItem(ref=item, name=name, blocklist=ref, pattern=pattern, is_regex=is_regex, needs=(ref,))


def _deployment(deployment: FoundryDeployment, account: p.Ref, names: Names) -> p.Deployment:
    symbol = symbol_of(deployment.key, "Deployment")
    ref = names.ref(symbol, f"{ACCOUNT}/deployments", deployment.name, account)
    own = _OWN_POLICIES.get(deployment.content_filter)
    return p.Deployment(
        ref=ref,
        name=deployment.name,
        account=account,
        model=deployment.model,
        format=deployment.format,
        version=deployment.version,
        sku=deployment.sku,
        capacity=deployment.capacity,
        upgrade=deployment.upgrade,
        rai_policy=deployment.filter_name or (own[1].name if own else _DEFAULT_POLICY),
        tags=dict(sorted(deployment.tags.items())),
        tags_variable=names.tags_of(ref, deployment.tags),
    )


def _secret(secret: KeySecret, account: p.Ref, names: Names) -> p.AccountKeySecret:
    ref, deployment = names.module("accountKey", "account-key")
    return p.AccountKeySecret(
        ref=ref,
        name=deployment,
        place=names.place(ref.symbol, secret.vault),
        subscription=secret.vault.subscription,
        group=secret.vault.group or "",
        vault=secret.vault.name,
        vault_variable=names.value(f"{ref.symbol}Vault", secret.vault.name),
        secret=secret.name,
        secret_variable=names.value(f"{ref.symbol}SecretName", secret.name),
        of=account,
    )
