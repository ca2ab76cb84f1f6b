"""The functions of ARM's expressions, by name, as far as they are known here."""

from __future__ import annotations

from typing import Final

_LISTS_AND_OBJECTS: Final = (
    "array concat contains createarray createobject empty first indexof indexfromend intersection items join json last "
    "lastindexof length max min null objectkeys range shallowmerge skip take tryget tryindexfromend union"
)
_LAMBDAS: Final = "filter groupby lambda lambdavariables map mapvalues reduce sort toobject"
_LOGIC_AND_NUMBERS: Final = (
    "add and bool coalesce copyindex div equals false float greater greaterorequals if int less lessorequals mod mul "
    "not or sub true"
)
_TEXTS: Final = (
    "base64 base64tojson base64tostring builduri datauri datauritostring endswith fail format guid newguid padleft "
    "parseuri replace split startswith string substring tolower toupper trim uniquestring uri uricomponent "
    "uricomponenttostring"
)
_TIMES_AND_NETWORKS: Final = "cidrhost cidrsubnet datetimeadd datetimefromepoch datetimetoepoch parsecidr utcnow"
_AZURE: Final = (
    "deployer deployment environment extensionresourceid externalinput externalinputs getsecret managementgroup "
    "managementgroupresourceid parameters pickzones providers reference references resourcegroup resourceid "
    "subscription subscriptionresourceid tenant tenantresourceid tologicalzone tologicalzones tophysicalzone "
    "tophysicalzones variables"
)
FUNCTIONS: Final = frozenset(
    f"{_LISTS_AND_OBJECTS} {_LAMBDAS} {_LOGIC_AND_NUMBERS} {_TEXTS} {_TIMES_AND_NETWORKS} {_AZURE}".split()
)
"""In lower case. Those that begin with `list` are each provider's own, and those with a dot the template's."""


def is_function(name: str) -> bool:
    """Whether a name, in lower case, may be a function's."""
    return name in FUNCTIONS or name.startswith("list") or "." in name
