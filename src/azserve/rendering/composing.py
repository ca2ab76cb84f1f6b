"""From a region's estate to the pieces that templates draw: what is written, in which order, under which symbols.

The order is total and fixed: hosts, what is in them, what is around them, and last what is put into other people's
places, which needs the keys of the first.
"""

from __future__ import annotations

from azserve.model.deployment_name import deployment_name
from azserve.model.estate import RegionEstate
from azserve.rendering import pieces as p
from azserve.rendering.composing_foundry import ACCOUNT, foundry_pieces
from azserve.rendering.composing_serverless import serverless_pieces
from azserve.rendering.symbols import Names


def region_view(estate: RegionEstate) -> p.RegionView:
    """Return all that the templates of one region need to know."""
    names = Names(estate.fleet_id, estate.region)
    written = tuple(serverless_pieces(estate.serverless, names)) if estate.serverless else ()
    written += tuple(foundry_pieces(estate.foundry, names)) if estate.foundry else ()
    written = tuple(sorted(written, key=lambda piece: isinstance(piece, p.Module)))
    accounts = [piece for piece in written if isinstance(piece, p.Account | p.Existing) and piece.ref.type == ACCOUNT]
    return p.RegionView(
        fleet=estate.fleet_id.fleet,
        environment=estate.fleet_id.environment,
        region=estate.region,
        tags=dict(sorted(estate.tags.items())),
        group=estate.group,
        models_deployment=deployment_name(estate.fleet_id, "models"),
        variables=names.variables,
        pieces=written,
        account=accounts[0] if accounts else None,
    )
