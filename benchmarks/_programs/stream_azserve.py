"""Reads the stream with our client."""

from __future__ import annotations

import os

from azserve.inference import ModelDoor
from azserve.model.catalogue import Hosting
from azserve.model.chat import ChatRequest, Message, StreamEnd
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import SignIn
from benchmarks._measuring import took
from benchmarks._programs.stream_settings import ADDRESS, CHUNKS, TIMES

ENDPOINT = Endpoint(
    key=EndpointKey("r1"),
    region=Region("eastus2"),
    hosting=Hosting.SERVERLESS,
    model=ModelName("DeepSeek-R1"),
    resource=ResourceId("s", "g", "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints", ("p", "r1")),
    uri=os.environ[ADDRESS],
    sign_in=SignIn.KEY,
)


def main() -> None:
    """Read it so many times over."""
    door = ModelDoor(lambda _: EndpointKeys(Secret("key"), Secret("key")))
    with door.open(ENDPOINT) as client, took():
        for _ in range(TIMES):
            *_, last = client.stream(ChatRequest((Message("user", "hello"),)))
            assert isinstance(last, StreamEnd)
            assert last.answer.chunks == CHUNKS


if __name__ == "__main__":
    main()
