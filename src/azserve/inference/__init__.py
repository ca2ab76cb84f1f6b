"""The edge to deployed models: the only room that speaks HTTP to one, on httpx2.

    door      `ModelDoor`: opens a client for an endpoint, with its key or a token of the right audience
    signin    what a request signs in with
    client    one endpoint: info, chat, stream
    routes    where a request goes and what it is made of, per route; pure
    exchange  one request and its response: bounded in time and size, every failure a typed error
    events    the data of server-sent events, out of bytes cut anywhere; pure
    answers   what comes back, put together; pure
    text      the pieces of an answer as text: characters made whole, thinking set apart; pure
    thinking  the thinking set apart from the answer, in pieces of any size; pure
    refusals  statuses and bodies as the typed errors of `verifying.ports`; pure

A request that has begun to stream is never repeated, and neither is any other: whether a question may be asked twice is
for the one who asked it to say. Nothing that a server sends is believed: it may be cut anywhere, be of any type, never
end, or hold our own key, which is masked before a word of it goes into an error. Importing this package costs nothing:
httpx2 is imported when a client is opened.

Rejected: `azure-ai-inference` (retired, beta, five times the work per streamed chunk) and `openai` (600 ms of import,
and it does not speak the serverless route); their wire formats stay, and both must still work against our emulator.
Also httpx2's own line and event readers: both hold back what a stream that never breaks its line has sent, and the line
reader ends lines at U+2028 and the like, which JSON may hold as they are.
"""

from azserve.inference.door import ModelDoor

__all__ = ["ModelDoor"]
