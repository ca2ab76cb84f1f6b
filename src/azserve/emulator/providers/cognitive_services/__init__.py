"""Microsoft.CognitiveServices: accounts that serve models, and the quota they share.

    catalogue.py    which models, skus and capacities a region offers (reads the scenario)
    quota.py        pools: what is held and what is free
    accounts.py     accounts; soft_delete.py what is left of deleted ones
    projects.py     projects in an account
    deployments.py  models deployed in an account
    policies.py     content filters (raiPolicies)
    lists.py        what is asked of a location or subscription: models, usages, skus, capacities, names
    hosts.py        what stands behind an account's host names

Quota is not counted up and down: what a pool holds is added up from the deployments there are, alive or
soft-deleted. It cannot leak. A counter was the first idea, and every failure path was a way to get it wrong.
"""
