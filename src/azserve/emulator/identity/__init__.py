"""Signing in: a managed identity, Entra's token endpoint, and what every token is checked for.

    clients.py    who may sign in: the managed identity, applications with a secret or a federated credential
    tokens.py     tokens: JWTs that clients can decode, signed with a key of the world, checked on every use
    pipeline.py   the runner of a pipeline that gives its job a token, as GitHub's does
    endpoints.py  the routes: `/msi/token`, `/{tenant}/oauth2/v2.0/token` and the discovery documents

Tokens live on the emulated clock, so that advancing it lets them expire. They are signed with HMAC: clients do not
check the signature of an access token, the emulator does. Rejected: RSA with a published key set, which would cost a
dependency and prove nothing that a client could notice.
"""
