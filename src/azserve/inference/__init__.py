"""The edge to deployed models: the only room that speaks HTTP to one, on httpx2.

    door      `ModelDoor`: opens a client for an endpoint, with its key or a token of the right audience
    client    one endpoint: info, chat, stream
    routes    where a request goes and what it is made of, per route; pure
    answers   what comes back, put together; pure
    thinking  the thinking set apart from the answer, in pieces of any size; pure
    refusals  statuses and bodies as the typed errors of `verifying.ports`; pure

A request that has begun to stream is never repeated, and neither is any other: whether a question may be asked twice is
for the one who asked it to say. Importing this package costs nothing: httpx2 is imported when a client is opened.

Rejected: `azure-ai-inference` (retired, beta, five times the work per streamed chunk) and `openai` (600 ms of import,
and it does not speak the serverless route); their wire formats stay, and both must still work against our emulator.
"""

from azserve.inference.door import ModelDoor

__all__ = ["ModelDoor"]
