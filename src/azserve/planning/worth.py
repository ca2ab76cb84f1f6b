"""What a capacity unit is worth, in tokens and requests."""

from __future__ import annotations

from azserve.model.facts import OfferedSku

MINUTE_S = 60.0


def per_minute(sku: OfferedSku, key: str) -> float | None:
    """Return how many `token` or `request` a unit allows in a minute, None where the list gives no such rate.

    Periods differ: gpt-4o counts requests per ten seconds and tokens per minute (recorded 2026-04-23).
    """
    limit = next((each for each in sku.rate_limits if each.key == key and each.renewal_period_s > 0), None)
    return None if limit is None else limit.count * MINUTE_S / limit.renewal_period_s
