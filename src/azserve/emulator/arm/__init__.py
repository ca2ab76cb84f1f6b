"""Azure Resource Manager: what is the same for every provider.

    routes.py         a request → a route of ARM's own or of a provider, a resource, an action, a list
    resources.py      GET PUT PATCH DELETE HEAD by id, POST actions, lists with filters and pages
    engine.py         the rules around every write, shared with deployments/
    operations.py     long-running operations and their addresses
    groups.py         resource groups, as a kind like any other;  tags.py  tags apart from what carries them
    registrations.py  providers and their registration;  places.py  subscriptions, locations, tenants
    permissions.py    what roles allow and a scenario denies;  locks.py  what may not be changed
    refusals.py       what ARM says no with
    deployments/      template deployments

A plain PUT and a template deployment reach a kind through the same functions, so a template cannot do what a request
cannot. Rejected: starlette's router (its routes mind case, ids in Azure do not) and a registry of handlers by
decorator (what exists would depend on what was imported).
"""
