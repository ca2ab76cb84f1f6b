"""What fleets touch besides models: checked at the border, stored, not simulated.

`table.py` has one row per type; `kind.py` makes a kind of each row. A row says what is refused (name rule, required
members, values that must be one of a few) and what Azure would fill in. Nothing stored here does anything: a network
connects nobody, a diagnostic setting sends nothing. Exceptions: role assignments, which decide who may do what
(`identity/roles.py`; `authorization.py` answers what can be asked about roles), locks, which ARM keeps
(`arm/locks.py`), deleted key vaults, which keep their names (`vaults.py`), and the terms of marketplace plans, which
are no resources (`agreements.py`).

One more type is one more row. Rejected: storing any type at all, which would accept typing errors in silence.
"""
