"""The providers of the table's namespaces, put together."""

from __future__ import annotations

from azserve.emulator.kernel.kinds import Provider
from azserve.emulator.providers.stored_only import agreements, authorization, availability, vaults
from azserve.emulator.providers.stored_only.kind import StoredKind
from azserve.emulator.providers.stored_only.table import ROWS, Row

_ROUTES = {"Microsoft.KeyVault": vaults.ROUTES, "Microsoft.Authorization": authorization.ROUTES}
_NAMED = ("Microsoft.Storage", "Microsoft.KeyVault")
"""Who is asked whether a name is free, before it is used: the first type of each."""


def providers(locations: tuple[str, ...]) -> tuple[Provider, ...]:
    """Return one provider per namespace, offered in some regions."""
    namespaces = dict.fromkeys(row.type.partition("/")[0] for row in ROWS)
    return (*(_provider(namespace, locations) for namespace in namespaces), agreements.PROVIDER)


def _provider(namespace: str, locations: tuple[str, ...]) -> Provider:
    rows = [row for row in ROWS if row.type.startswith(f"{namespace}/")]
    return Provider(
        namespace=namespace,
        kinds=tuple(_kind(row, locations) for row in rows),
        routes={**_ROUTES.get(namespace, {}), **(availability.routes(rows[0]) if namespace in _NAMED else {})},
        route_api_versions=() if namespace == "Microsoft.Authorization" else rows[0].api_versions,
    )


def _kind(row: Row, locations: tuple[str, ...]) -> StoredKind:
    return vaults.Vaults(row, locations) if row.type == vaults.TYPE else StoredKind(row, locations)
