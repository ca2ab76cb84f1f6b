"""The providers of the table's namespaces, put together."""

from __future__ import annotations

from azserve.emulator.kernel.kinds import Provider
from azserve.emulator.providers.stored_only.kind import StoredKind
from azserve.emulator.providers.stored_only.table import ROWS


def providers(locations: tuple[str, ...]) -> tuple[Provider, ...]:
    """Return one provider per namespace, offered in some regions."""
    namespaces = dict.fromkeys(row.type.partition("/")[0] for row in ROWS)
    return tuple(
        Provider(
            namespace=namespace,
            kinds=tuple(StoredKind(row, locations) for row in ROWS if row.type.startswith(f"{namespace}/")),
            routes={},
        )
        for namespace in namespaces
    )
