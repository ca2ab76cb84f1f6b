"""Sums of money, as people read them."""

from __future__ import annotations

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def money(amount: float | None, currency: str) -> str:
    """Return a sum: `$1.35`, `$0.0042`, `1,200.00 SEK`; small sums keep two digits that say something."""
    if amount is None:
        return "unknown"
    places = 2 if abs(amount) >= 0.1 or amount == 0 else 4 if abs(amount) >= 0.001 else 6
    return _signed(f"{amount:,.{places}f}", currency)


def rate(amount: float, currency: str) -> str:
    """Return a price, which is never rounded away: `$1.485`, `$5.40`, `$0.000003`."""
    whole, _, part = f"{amount:,.9f}".partition(".")
    return _signed(f"{whole}.{part.rstrip('0').ljust(2, '0')}", currency)


def _signed(number: str, currency: str) -> str:
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"
