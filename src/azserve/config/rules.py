"""What single values must be: validators that say what is wanted, for pydantic to run and for editors to read.

Each raises a `PydanticCustomError` whose type is the problem's code, whose text completes "`path` …", and whose
context may hold `choices`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from azserve.config import vocabulary as words
from azserve.config.vocabulary import PLACEHOLDERS, Vocabulary
from azserve.model.names import FLEET_TAG, region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import PROBES

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
FLEET = re.compile(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?\Z")
ENVIRONMENT = re.compile(r"[a-z](?:[a-z0-9-]{0,14}[a-z0-9])?\Z")
ENDPOINT = re.compile(r"[A-Za-z](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?\Z")
"""Goes out verbatim as a Foundry deployment's name."""
DNS = ("managed", "create")
KEY_ADDRESS = re.compile(r"(https://[A-Za-z0-9.{}-]+)/keys/([A-Za-z0-9{}-]{1,127})/([A-Za-z0-9]{1,64})\Z")
"""Vault's address, name of the key, version; placeholders may stand in the first two."""
_POLICY = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,30}\Z")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,253}\Z")
_DURATION = re.compile(r"([1-9][0-9]{0,4})(m|h|d|w)\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FLEET_HINT = "use up to 32 lower-case letters, digits and hyphens, beginning with a letter"
_GROUP_HINT = "use up to 90 letters, digits and `-_.()`, with no dot at the end"
_SUBNET_HINT = "it reads `/subscriptions/…/virtualNetworks/NAME/subnets/NAME`"
_ZONE_HINT = "each reads `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/privateDnsZones/NAME`"
_TAG_HINT = "use up to 512 characters without `<>%&\\?/`"
_GROUP = re.compile(r"[\w.()-]{1,90}\Z")
_ID = re.compile(r"/[\w.()/-]+\Z")
"""Characters of a resource id; no type that is named here takes others in its names."""
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,24}\Z")
"""Name of a key vault, and wider than that of a storage account."""
_WORKSPACE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,32}\Z")
_ACCOUNT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_RESERVED_TAGS = ("azure", "microsoft", "windows")
"""Azure refuses tags that begin so, in any case."""


def refuse(code: str, wanted: str, choices: Sequence[str] = (), hint: str | None = None) -> PydanticCustomError:
    """Return the error; `wanted` completes "`path` must …"."""
    return PydanticCustomError(code, "{wanted}", {"wanted": wanted, "choices": tuple(choices), "hint": hint})


def one_of(code: str, wanted: str, choices: Sequence[str]) -> Callable[[Any], Any]:
    """Return a validator for a closed list of words."""

    def check(value: Any) -> Any:  # noqa: ANN401  what a file may hold
        if not isinstance(value, str) or value not in choices:
            raise refuse(code, wanted, choices)
        return value

    return check


def _probe(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  what a file may hold
    known = _words(info).probes
    if not isinstance(value, str) or not value or (known is not None and value not in known):
        raise refuse("unknown-probe", "name a probe", known or ())
    return value


def _matching(pattern: re.Pattern[str], code: str, wanted: str, hint: str | None = None) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not pattern.match(value):
            raise refuse(code, wanted, hint=hint)
        return value

    return check


def _count(value: Any) -> int:  # noqa: ANN401  what a file may hold
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise refuse("wrong-value", "be a whole number of at least 1")
    return int(text)


def _need(value: Any) -> int | str:  # noqa: ANN401  what a file may hold
    if value == "all":
        return "all"
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise refuse("wrong-value", "be a whole number of at least 1, or `all`")
    return int(text)


def _money(value: Any) -> float:  # noqa: ANN401  what a file may hold
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) or not float(text):
        raise refuse("wrong-value", "be an amount above 0, such as `5` or `2.50`")
    return float(text)


def _words(info: ValidationInfo) -> Vocabulary:
    assert isinstance(info.context, Vocabulary)
    return info.context


def _region(value: str, info: ValidationInfo) -> str:
    known = _words(info)
    name = region(value)
    if name in known.regions:
        return name
    if name in known.elsewhere:
        raise refuse("region-not-in-cloud", "name a region of the cloud in use", known.regions)
    raise refuse("unknown-region", "name an Azure region", known.regions)


def _boundary(value: str, info: ValidationInfo) -> str:
    known = _words(info)
    name = region(value)
    if name in known.geographies or name in known.regions:
        return name
    raise refuse("unknown-geography", "name a geography or a region", known.geographies)


def _model(value: str, info: ValidationInfo) -> str:
    known = _words(info)
    if value not in known.models:
        raise refuse("unknown-model", "name a model of the catalogue", known.models)
    return value


def _pattern(value: str) -> str:
    for name in _PLACEHOLDER.findall(value):
        if name not in PLACEHOLDERS:
            raise refuse("unknown-placeholder", "use only the placeholders `{fleet}`, `{env}` and `{region}`")
    return value


def _group(value: str) -> str:
    filled = _filled(_pattern(value))
    if not _GROUP.match(filled) or filled.endswith("."):
        raise refuse("wrong-value", "be a resource group's name", hint=_GROUP_HINT)
    return value


def _filled(value: str) -> str:
    """Return a pattern with something in its placeholders."""
    return _PLACEHOLDER.sub("x", value)


def _named(rule: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Return a validator for the name of something that is there, placeholders allowed."""

    def check(value: str) -> str:
        if not rule.match(_filled(_pattern(value))):
            raise refuse("wrong-value", f"be {what}", hint="write the name that Azure shows, and not its id")
        return value

    return check


def _subnet(value: str) -> str:
    if not _is_id_of(value, "Microsoft.Network/virtualNetworks/subnets"):
        raise refuse("wrong-value", "be a subnet's resource id", hint=_SUBNET_HINT)
    return _pattern(value)


def _identity(value: str) -> str:
    if value == "system":
        return value
    if not _is_id_of(value, "Microsoft.ManagedIdentity/userAssignedIdentities"):
        raise refuse("wrong-value", "be `system`, or the resource id of a user-assigned identity")
    return _pattern(value)


def _is_id_of(value: str, kind: str) -> bool:
    """Whether a text, placeholders filled in, is the id of a resource of a type in a group."""
    filled = _filled(value)
    try:
        found = ResourceId.parse(filled)
    except ValueError:
        return False
    return found.group is not None and found.type.lower() == kind.lower() and _ID.match(filled) is not None


def _id_of(kind: str, what: str, *, or_name: bool = False) -> Callable[[str], str]:
    """Return a validator for a resource id of one type, or for a plain name in the fleet's group as well."""

    def check(value: str) -> str:
        named = or_name and _PLAIN.match(_filled(value))
        if not named and not _is_id_of(value, kind):
            hint = f"it reads `/subscriptions/…/resourceGroups/…/providers/{kind}/NAME`"
            raise refuse("wrong-value", f"be {what}", hint=hint)
        return _pattern(value)

    return check


def _own_name(value: str) -> str:
    if value.lower().startswith(("microsoft", "azserve")) or value.lower() in words.FILTERS:
        raise refuse("wrong-value", "not be a name that Azure or azserve keeps for itself")
    return value


def _regular_expression(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError):
        raise refuse("wrong-value", "be a regular expression") from None
    return value


def _tag_name(value: str) -> str:
    if not 1 <= len(value) <= 512 or re.search(r"[<>%&\\?/]", value):
        raise refuse("tag-name", "be a tag's name", hint=_TAG_HINT)
    if value.lower().startswith(_RESERVED_TAGS) or value.lower() == FLEET_TAG:
        raise refuse("tag-name", "not be a name that Azure or azserve keeps for itself")
    return value


def duration(text: str) -> timedelta:
    """Return the duration a text says: `72h`, `90m`, `14d`, `2w`. Raises what pydantic reports when it says none."""
    match = _DURATION.match(text)
    if not match:
        raise refuse("wrong-value", "be a duration such as `90m`, `72h`, `14d` or `2w`")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _ttl(value: str) -> str:
    duration(value)
    return value


def _schema(**said: Any) -> WithJsonSchema:  # noqa: ANN401  JSON Schema
    return WithJsonSchema(said)


def _dns(value: Any) -> Any:  # noqa: ANN401  what a file may hold
    if isinstance(value, str) and value not in DNS:
        raise refuse("wrong-value", "be `managed`, `create` or a list of zone ids", DNS)
    if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(zone, str) for zone in value)):
        raise refuse("wrong-type", "be `managed`, `create` or a list of zone ids")
    if not isinstance(value, str) and not all(_is_id_of(zone, "Microsoft.Network/privateDnsZones") for zone in value):
        raise refuse("wrong-value", "be ids of private DNS zones", hint=_ZONE_HINT)
    return value


Count = Annotated[int, BeforeValidator(_count), _schema(type="integer", minimum=1)]
Need = Annotated[
    int | str, BeforeValidator(_need), _schema(anyOf=[{"type": "integer", "minimum": 1}, {"const": "all"}])
]
Money = Annotated[float, BeforeValidator(_money), _schema(type="number", exclusiveMinimum=0)]
Flag = Annotated[bool, Strict()]
Guid = Annotated[
    str,
    AfterValidator(_matching(GUID, "wrong-value", "be a GUID", "it reads `00000000-0000-0000-0000-000000000000`")),
]
Subscription = Annotated[
    str,
    AfterValidator(
        _matching(GUID, "subscription-invalid", "be a subscription's GUID", "`az account show --query id` prints it")
    ),
    Field(examples=["00000000-0000-0000-0000-000000000000", "${AZURE_SUBSCRIPTION_ID}"]),
]
Tenant = Annotated[str, AfterValidator(_matching(_TENANT, "wrong-value", "be a tenant's GUID or domain"))]
FleetName = Annotated[
    str,
    AfterValidator(
        _matching(
            FLEET,
            "fleet-name",
            "be a fleet's name",
            "use up to 32 lower-case letters, digits and hyphens, beginning with a letter",
        )
    ),
    Field(examples=["support", "r1-chat"]),
]
RegionName = Annotated[str, AfterValidator(_region), Field(json_schema_extra={"x-words": "regions"})]
Boundary = Annotated[str, AfterValidator(_boundary), Field(json_schema_extra={"x-words": "geographies"})]
ModelId = Annotated[str, AfterValidator(_model), Field(json_schema_extra={"x-words": "models"})]
GroupPattern = Annotated[str, AfterValidator(_group)]
WorkspaceName = Annotated[str, AfterValidator(_named(_WORKSPACE_NAME, "a workspace's name"))]
AccountName = Annotated[str, AfterValidator(_named(_ACCOUNT_NAME, "an account's name"))]
Subnet = Annotated[str, AfterValidator(_subnet)]
Dns = Annotated[
    str | tuple[str, ...],
    BeforeValidator(_dns),
    _schema(anyOf=[{"enum": list(DNS)}, {"type": "array", "items": {"type": "string"}}]),
]
Identity = Annotated[str, AfterValidator(_identity)]
_WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
_VAULT = "Microsoft.KeyVault/vaults"
ProjectId = Annotated[str, AfterValidator(_id_of(_WORKSPACE, "a project's resource id"))]
LogWorkspaceId = Annotated[
    str, AfterValidator(_id_of("Microsoft.OperationalInsights/workspaces", "a Log Analytics workspace's resource id"))
]
VaultId = Annotated[str, AfterValidator(_id_of(_VAULT, "a key vault's resource id"))]
VaultName = Annotated[str, AfterValidator(_id_of(_VAULT, "a key vault's name or resource id", or_name=True))]
StorageName = Annotated[
    str,
    AfterValidator(
        _id_of("Microsoft.Storage/storageAccounts", "a storage account's name or resource id", or_name=True)
    ),
]
KeyAddress = Annotated[
    str,
    AfterValidator(_pattern),
    AfterValidator(
        _matching(KEY_ADDRESS, "wrong-value", "be a key's address with its version", "it ends in `/keys/NAME/VERSION`")
    ),
]
BlocklistName = Annotated[
    str,
    AfterValidator(
        _matching(
            _POLICY, "wrong-value", "be a name for Azure", "use 2 to 31 letters, digits and hyphens, a letter first"
        )
    ),
    AfterValidator(_own_name),
]
BlocklistTerm = Annotated[
    str, AfterValidator(_matching(re.compile(r".{1,1000}\Z", re.DOTALL), "wrong-value", "have 1 to 1000 characters"))
]
BlocklistPattern = Annotated[BlocklistTerm, AfterValidator(_regular_expression)]
TagName = Annotated[str, AfterValidator(_tag_name)]
TagValue = Annotated[
    str,
    AfterValidator(_matching(re.compile(r".{0,256}\Z", re.DOTALL), "tag-value", "have at most 256 characters")),
    _schema(type=["string", "number"]),
]
Version = Annotated[str, _schema(type=["string", "number"], examples=["1", "2025-08-07", "latest"])]
Ttl = Annotated[str, AfterValidator(_ttl), Field(examples=["72h", "14d"])]


def _word(code: str, wanted: str, choices: Sequence[str]) -> tuple[BeforeValidator, WithJsonSchema]:
    return BeforeValidator(one_of(code, wanted, choices)), _schema(enum=list(choices))


HostingWord = Annotated[str, *_word("unknown-hosting", "be a hosting", words.HOSTINGS)]
SkuWord = Annotated[str, *_word("unknown-sku", "be a sku", words.SKUS)]
UpgradeWord = Annotated[str, *_word("wrong-value", "be an upgrade option", words.UPGRADES)]
FilterName = Annotated[str, _schema(anyOf=[{"enum": list(words.FILTERS)}, {"type": "string"}])]
Level = Annotated[str, *_word("wrong-value", "be a severity, or `off`", words.LEVELS)]
LogsWord = Annotated[str, *_word("wrong-value", "say which logs", words.LOGS)]
SignInWord = Annotated[str, *_word("wrong-value", "be a way to sign in", words.SIGN_INS)]
CredentialWord = Annotated[str, *_word("wrong-value", "be a kind of credential", words.CREDENTIALS)]
RoleWord = Annotated[str, *_word("wrong-value", "be a role", words.ROLES)]
PrincipalWord = Annotated[str, *_word("wrong-value", "be a kind of principal", words.PRINCIPAL_TYPES)]
GateWord = Annotated[str, *_word("wrong-value", "be a gate", words.GATES)]
OnFailureWord = Annotated[str, *_word("wrong-value", "say what to do about a failure", words.ON_FAILURE)]
FromWord = Annotated[str, *_word("wrong-value", "say where probes run", words.SMOKE_FROM)]
Probe = Annotated[str, BeforeValidator(_probe), _schema(anyOf=[{"enum": list(PROBES)}, {"type": "string"}])]
