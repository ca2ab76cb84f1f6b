"""A local Azure: identity, ARM, two resource providers and models that answer, on one loopback port.

A program of its own that shares a repository with azserve: nothing here imports another room or reads the
catalogue, and only `cli` starts it. That is what keeps a test against it honest.

    kernel/      wire forms (Call, Reply, ArmError), addresses, the World: clock, ids, what exists, what will happen
    identity/    tokens: managed identity, Entra's token endpoint, what a token must hold
    arm/         subscriptions, groups, providers, generic resources, operations; deployments/ with the template engine
    providers/   one folder per resource provider: kinds of resources and their rules
    inference/   the data plane: routes, keys and tokens, the scripted model, server-sent events
    prices.py    the public Retail Prices API
    scenarios/   data files in Azure's wire form: catalogue, quotas, lifecycle, provisioning times

    server.py    start and stop it; protocol.py listens; errors.py is what can go wrong with it
    site.py      the parts put together, without sockets: the world, the log, which part answers
    app.py       one request in, one answer out; reading.py and sending.py are its two ends
    journal.py   what was asked, on disk, so that the world is there after a restart
    admin.py     `/_emulator`; faults.py the fault rules; facts.py everything that is inferred

Time is the World's clock, which can be advanced and sped up. Nothing runs in the background: what is due happens
when the next request arrives, in order and at its own time, because without a request nobody could tell. An idle
emulator therefore burns no CPU, and the same requests at the same times always give the same world.

What is inferred about Azure rather than known is marked where it is coded, with `inferred(...)`.
"""
