"""`smoke --receipt`: what a deploy's receipt says of endpoints, for a machine from which they can be reached.

A receipt holds no key. Whoever runs this signs in as ever: keys are read from ARM at that moment, and where the host
takes tokens only, ARM is not asked at all. The file may have come a long way, so a key is sent only to where Azure
serves models, never to any other address that it names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from azserve.errors import ChecksFailed, ConfigurationError
from azserve.model.catalogue import Hosting
from azserve.model.endpoint import Endpoint
from azserve.model.names import EndpointKey, ModelName, SubscriptionId, region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Cloud, Settings, SignIn

SCHEMA = "azserve/receipt/v1"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HOSTS = ("models.ai", "inference.ai", "services.ai", "cognitiveservices", "openai")
"""Under which Azure serves models (documentation, 2025-08-27), without the cloud's ending."""
ENDINGS: Mapping[Cloud, str] = {Cloud.PUBLIC: "azure.com", Cloud.USGOV: "azure.us", Cloud.CHINA: "azure.cn"}


@dataclass(frozen=True, slots=True)
class ReceiptRead:
    """What a receipt tells of what stands."""

    subscription: SubscriptionId
    endpoints: tuple[Endpoint, ...]
    """As the deploy left them."""


def read_receipt(file: Path, settings: Settings) -> ReceiptRead:
    """Return what a receipt of this fleet says.

    Raises ConfigurationError for what is no receipt, one of another fleet, cloud or subscription, or one that names an
    address where Azure serves no models; ChecksFailed where it names no endpoint at all.
    """
    raw = _document(file)
    _require_same(raw, settings, file)
    try:
        subscription = SubscriptionId(_text(raw, "subscription"))
        endpoints = tuple(_endpoint(each) for each in _endpoints(raw))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(file) from error
    if not endpoints:
        raise ChecksFailed(
            f"the receipt `{file}` names no endpoint",
            code="nothing-deployed",
            hint="the deploy that wrote it made none; run `azserve deploy --receipt FILE` again",
        )
    for each in endpoints:
        _require_azure(each, settings, file)
    return ReceiptRead(subscription, endpoints)


def _document(file: Path) -> Mapping[str, Any]:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigurationError(
            f"the receipt `{file}` could not be read: {reason}",
            code="receipt-unreadable",
            hint="`azserve deploy --receipt FILE` writes one",
        ) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(file) from error
    if not isinstance(raw, Mapping) or raw.get("schema") != SCHEMA:
        raise _unreadable(file)
    return raw


def _unreadable(file: Path) -> ConfigurationError:
    return ConfigurationError(
        f"`{file}` is no receipt of `azserve deploy`, or a damaged one",
        code="receipt-unreadable",
        hint="write it again with `azserve deploy --receipt FILE`",
    )


def _require_same(raw: Mapping[str, Any], settings: Settings, file: Path) -> None:
    known: list[tuple[str, str, str]] = [
        ("fleet_id", "fleet", str(settings.fleet_id)),
        ("cloud", "cloud", settings.cloud.cloud.value),
    ]
    if settings.subscription is not None:
        known.append(("subscription", "subscription", settings.subscription))
    for member, called, here in known:
        there = str(raw.get(member))
        if there.casefold() != here.casefold():
            raise ConfigurationError(
                f"the receipt is of {called} `{there}`, the file of `{here}`",
                code="receipt-of-another",
                hint="name the environment of the deploy with `-e`, or the receipt that belongs to this file",
                where=str(file),
            )


def _endpoints(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for outcome in raw["regions"]:
        yield from outcome["endpoints"]


def _endpoint(raw: Mapping[str, Any]) -> Endpoint:
    version, state = raw.get("version"), raw.get("endpoint_state")
    return Endpoint(
        key=EndpointKey(_text(raw, "key")),
        region=region(_text(raw, "region")),
        hosting=Hosting(raw["hosting"]),
        model=ModelName(_text(raw, "model")),
        resource=ResourceId.parse(_text(raw, "resource")),
        uri=_text(raw, "uri"),
        sign_in=SignIn(raw["sign_in"]),
        version=None if version is None else str(version),
        provisioning_state=str(raw.get("provisioning_state")),
        endpoint_state=None if state is None else str(state),
    )


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw[name]
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is no text")
    return value


def _require_azure(endpoint: Endpoint, settings: Settings, file: Path) -> None:
    """Raise ConfigurationError unless the address is one where the cloud serves models; an empty one comes to nothing.

    What another cloud's addresses are like is not known, so there they need only be such that a key may be sent to.
    """
    cloud = settings.cloud.cloud
    if not endpoint.uri or cloud is Cloud.URL or _is_of_azure(endpoint.uri, cloud):
        return
    raise ConfigurationError(
        f"`{endpoint.uri}` in the receipt is no address where Azure serves models",
        code="address-foreign",
        hint="no key was read or sent; run without `--receipt` to have the address from Azure itself",
        where=str(file),
    )


def _is_of_azure(uri: str, cloud: Cloud) -> bool:
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if cloud is Cloud.LOCAL:
        return host in LOOPBACK
    return parts.scheme == "https" and host.endswith(tuple(f".{name}.{ENDINGS[cloud]}" for name in HOSTS))
