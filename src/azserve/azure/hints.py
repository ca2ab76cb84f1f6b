"""What to do about an error of Azure: one move per code, for the codes that people meet in this work."""

from __future__ import annotations

from typing import Final

HINTS: Final = {
    "AccountProvisioningStateInvalid": "the account is still being changed; run the command again in a minute",
    "AuthenticationFailed": "sign in again, and check that the token is for this cloud: `az login`",
    "AuthorizationFailed": "ask for a role that allows it on the group or subscription, such as Contributor",
    "CustomDomainInUse": "the account's subdomain is taken somewhere in Azure, perhaps by a soft-deleted account: "
    "purge that one, or change `fleet`",
    "DeploymentActive": "another deployment of this name is running; wait for it, or cancel it in the portal",
    "DeploymentModelNotSupported": "the region does not list this model and version; "
    "`azserve plan` says which regions do",
    "DeploymentQuotaExceeded": "the group keeps 800 deployments at most; delete old ones from its history",
    "ExpiredAuthenticationToken": "sign in again: `az login`",
    "FlagMustBeSetForRestore": "an account of this name is soft-deleted; bring it back with "
    "`azserve deploy`, which looks for it first, or remove it for good with `azserve destroy --purge`",
    "InsufficientQuota": "lower `capacity`, choose another region, or ask for more quota; "
    "`azserve plan` shows what is left",
    "InvalidAuthenticationTokenTenant": "the token is of another tenant; sign in with `az login --tenant …`, or set "
    "`tenant` in the file",
    "InvalidCapacity": "give `capacity` within the range and step the region lists for this model and sku",
    "InvalidResourceProperties": "the region does not offer this sku for this model; choose another of either",
    "InvalidTemplate": "the template does not hold together; `azserve render --out DIR` shows what was sent",
    "LinkedAuthorizationFailed": "a role on the resource that is referred to is missing too",
    "LocationNotAvailableForResourceType": "choose another region; this one does not have the resource type",
    "MarketplacePurchaseEligibilityFailed": "this subscription may not buy the offer; use one whose billing allows "
    "marketplace purchases, or a model sold by Azure",
    "MissingSubscriptionRegistration": "register the resource provider once: `az provider register --namespace …`",
    "NoRegisteredProviderFound": "the region or the api-version is not offered for this type; choose another region",
    "ParentResourceNotFound": "the resource it belongs to is gone or not made yet; run `azserve plan`",
    "RequestConflict": "another change to the same account is running; run the command again when it has ended",
    "RequestDisallowedByPolicy": "a policy of your organisation forbids it; the message names the assignment",
    "ReservedResourceName": "choose another `fleet`: Azure reserves the name",
    "ResourceGroupBeingDeleted": "wait until the group is gone, then run the command again",
    "ResourceGroupNotFound": "create the group, or leave `existing.group` out so that azserve makes one",
    "ResourceRequestsThrottled": "Azure is throttling; run the command again in a few minutes",
    "ScopeLocked": "a lock protects the group or resource; remove the lock first",
    "ServerlessModelNotAvailableInRegion": "choose a region that has the model; `azserve plan` says which do",
    "ServerlessOfferNotFound": "the model is no longer offered as a serverless endpoint; deploy it, or "
    "its replacement, with `hosting: foundry`",
    "ServiceModelDeprecated": "Azure takes no new deployments of this version; choose a newer version, or the model "
    "that replaces it",
    "ServiceModelDeprecating": "Azure takes no new deployments of this version; choose a newer version, or the model "
    "that replaces it",
    "SpecialFeatureOrQuotaIdRequired": "this kind of subscription may not use the model; use a pay-as-you-go or "
    "enterprise subscription",
    "StorageAccountAlreadyTaken": "the name is taken somewhere in Azure; change `fleet`",
    "SubscriptionNotFound": "check the subscription's id, and that the sign-in belongs to its tenant",
    "SubscriptionNotRegistered": "register the resource provider once: `az provider register --namespace …`",
    "SubscriptionRequestsThrottled": "Azure is throttling; run the command again in a few minutes",
    "TooManyRequests": "Azure is throttling; run the command again in a few minutes",
    "VaultAlreadyExists": "a vault of this name exists or is soft-deleted; change `fleet`, or purge it",
}
"""By Azure's code. Commands named here exist in azserve or in the Azure CLI."""

PHRASES: Final = {
    "purchase eligibility check failed": HINTS["MarketplacePurchaseEligibilityFailed"],
    "endpoint name": "the name becomes a host name and is taken; change `fleet`, or the endpoint's key",
}
"""By words of the message, where the code says nothing (`UserError`). From published messages, lower case."""

_FOLDED: Final = {code.lower(): hint for code, hint in HINTS.items()}


def hint_for(code: str, message: str = "") -> str | None:
    """Return the next move for a code, or for a message whose code says nothing; None where none is known."""
    by_phrase = next((hint for phrase, hint in PHRASES.items() if phrase in message.lower()), None)
    return _FOLDED.get(code.lower(), by_phrase)
