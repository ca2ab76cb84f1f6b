"""Microsoft.MachineLearningServices: workspaces (hubs, projects), serverless endpoints, marketplace subscriptions.

    offers.py         which models are offered serverless, where, and by whom they are sold (reads the scenario)
    workspaces.py     workspaces of all kinds
    endpoints.py      serverless endpoints: a model, two keys, a host
    subscriptions.py  marketplace subscriptions for the models of partners
    connections.py    connections of a workspace, stored
    usages.py         usages and quotas, which count the cores of virtual machines and nothing else
    refusals.py       the error shape of this provider: `UserError` outside, the real code inside

`provisioningState` and `endpointState` are two fields that move apart: an endpoint is Succeeded before it is Online.
"""
