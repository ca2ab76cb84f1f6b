"""azure-ai-inference, openai, @azure-rest/ai-inference and curl against models that azserve deployed, over TLS."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.clients.conftest import HERE, REPOSITORY, Shell, Steps
from tests.unit.inference.endpoints import foundry, serverless

from azserve.emulator.server import Emulator
from azserve.inference import ModelDoor
from azserve.inference.text import split_thinking
from azserve.model.catalogue import Route
from azserve.model.chat import ChatAnswer, ChatRequest, Message, StreamEnd
from azserve.model.endpoint import EndpointKeys
from azserve.model.secret import Secret

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

MODEL = "v32"
FLEET = """\
fleet: clients
regions: [eastus2]
endpoints:
  r1: {model: DeepSeek-R1, hosting: serverless}
  v32: {model: DeepSeek-V3.2, version: "1", sku: GlobalStandard, capacity: 100}
foundry:
  access: [{self: true, role: call}]
"""


ANSWER = "7,000"


@dataclass(frozen=True)
class Deployed:
    """Where the two models answer, and their keys."""

    serverless: str
    serverless_key: str
    foundry: str
    foundry_key: str


@pytest.fixture(scope="module")
def deployed(shell: Shell, emulator: Emulator) -> Deployed:
    """A serverless R1 and a Foundry V3.2, put there by azserve."""
    (shell.folder / "azserve.yaml").write_text(FLEET)
    own = Shell(shell.environ, shell.folder, {"PYTHONPATH": str(REPOSITORY / "src")})

    def azserve(*words: str) -> Any:
        return own.run(sys.executable, "-m", "azserve", *words, "-o", "json").value["result"]

    made = azserve("deploy")["receipt"]["regions"][0]["endpoints"]
    uris = {one["key"]: one["uri"].replace(emulator.url, emulator.tls_url) for one in made}
    keys = {one["endpoint"]: one["keys"]["primary"] for one in azserve("keys", "list", "--show")["rows"]}
    return Deployed(uris["r1"], keys["r1"], uris["v32"], keys["v32"])


@pytest.fixture(scope="module")
def steps(told: Callable[..., Steps], deployed: Deployed) -> Steps:
    """What the Python clients saw."""
    return told(
        "inference.py", deployed.serverless, deployed.serverless_key, deployed.foundry, deployed.foundry_key, MODEL
    )


@pytest.fixture(scope="module")
def node_steps(shell: Shell, node_project: Path, deployed: Deployed) -> Steps:
    """What the JavaScript client saw. A script finds its packages beside itself."""
    script = shutil.copy(HERE / "scripts" / "inference.mjs", node_project)
    done = shell.run(
        "node", script, deployed.serverless, deployed.serverless_key, deployed.foundry, deployed.foundry_key, MODEL
    )
    assert done.code == 0, f"{done.out}\n{done.err}"
    return {line["step"]: line["told"] for line in map(json.loads, done.out.splitlines())}


@pytest.fixture(scope="module")
def ours(deployed: Deployed, emulator: Emulator) -> Mapping[Route, tuple[ChatAnswer, ChatAnswer]]:
    """What azserve's own client hears on each route, whole and streamed."""
    keys = {"r1": deployed.serverless_key, MODEL: deployed.foundry_key}
    door = ModelDoor(lambda endpoint: EndpointKeys(Secret(keys[endpoint.key]), Secret("")))
    r1 = serverless("r1", uri=deployed.serverless.replace(emulator.tls_url, emulator.url))
    v32 = foundry(MODEL, uri=deployed.foundry.replace(emulator.tls_url, emulator.url))
    request = ChatRequest((Message("user", "How many languages are in the world?"),))
    heard = {}
    for route in Route:
        with door.open(r1 if route is Route.SERVERLESS else v32, route=route) as client:
            *_, end = client.stream(request)
            assert isinstance(end, StreamEnd)
            heard[route] = (client.chat(request), end.answer)
    return heard


def parts(answers: Iterable[ChatAnswer]) -> set[tuple[str | None, str]]:
    """Return thinking and answer of each, together: one pair where they are all the same."""
    return {(each.thinking, each.answer) for each in answers}


def test_every_client_hears_the_same_of_a_serverless_model(
    steps: Steps, node_steps: Steps, ours: Mapping[Route, tuple[ChatAnswer, ChatAnswer]]
) -> None:
    python = [steps[step] for step in ("serverless", "serverless stream", "aio", "aio stream")]
    javascript = [node_steps[step]["content"] for step in ("chat", "stream")]

    theirs = {split_thinking(content) for content in (*python, *javascript)}

    assert theirs == parts(ours[Route.SERVERLESS])
    assert len(theirs) == 1


def test_every_client_hears_the_same_of_a_foundry_deployment_on_every_route(
    steps: Steps, node_steps: Steps, ours: Mapping[Route, tuple[ChatAnswer, ChatAnswer]]
) -> None:
    named = ("foundry", "keyless", "openai", "openai stream", "openai aio", "azure openai")
    theirs = {
        split_thinking(content) for content in (*(steps[step] for step in named), node_steps["foundry"]["content"])
    }

    routes = (Route.MODELS, Route.OPENAI_DEPLOYMENTS, Route.OPENAI_V1)
    assert theirs == parts(answer for route in routes for answer in ours[route])
    assert len(theirs) == 1


@pytest.mark.parametrize("step", ["serverless", "serverless stream", "aio", "aio stream"])
def test_azure_ai_inference_hears_a_serverless_model_think(steps: Steps, step: str) -> None:
    assert steps[step].startswith("<think>")
    assert ANSWER in steps[step]


@pytest.mark.parametrize("step", ["foundry", "keyless"])
def test_azure_ai_inference_reaches_a_foundry_deployment_by_key_and_by_token(steps: Steps, step: str) -> None:
    assert ANSWER in steps[step]


def test_azure_ai_inference_is_told_the_model(steps: Steps) -> None:
    assert steps["model info"] == "DeepSeek-R1"


def test_azure_ai_inference_is_refused_with_a_wrong_key(steps: Steps) -> None:
    assert (steps["wrong key"]["type"], steps["wrong key"]["status"]) == ("ClientAuthenticationError", 401)


@pytest.mark.parametrize("step", ["openai", "openai stream", "openai aio", "azure openai"])
def test_the_openai_clients_reach_a_foundry_deployment(steps: Steps, step: str) -> None:
    assert ANSWER in steps[step]


def test_the_openai_client_is_told_that_a_deployment_is_missing(steps: Steps) -> None:
    assert (steps["no such model"]["type"], steps["no such model"]["status"]) == ("NotFoundError", 404)


def test_the_javascript_client_hears_a_serverless_model_think(node_steps: Steps) -> None:
    assert node_steps["info"] == "DeepSeek-R1"
    assert node_steps["chat"]["content"].startswith("<think>")
    assert (node_steps["stream"]["content"], node_steps["stream"]["done"]) == (node_steps["chat"]["content"], True)


def test_the_javascript_client_reaches_a_foundry_deployment(node_steps: Steps) -> None:
    assert ANSWER in node_steps["foundry"]["content"]


def test_the_javascript_client_is_refused_with_a_wrong_key(node_steps: Steps) -> None:
    assert node_steps["wrong key"]["status"] == "401"


def test_curl_needs_nothing_but_the_variables(shell: Shell, deployed: Deployed) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not there")
    body = json.dumps({"messages": [{"role": "user", "content": "How many languages are in the world?"}]})
    done = shell.run(
        "curl", "--silent", "--show-error", "--fail", f"{deployed.serverless}/chat/completions",
        "-H", f"Authorization: Bearer {deployed.serverless_key}", "-H", "Content-Type: application/json", "-d", body,
    )  # fmt: skip

    assert ANSWER in done.value["choices"][0]["message"]["content"]


def test_curl_signs_in_as_the_managed_identity(shell: Shell) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not there")
    asked = f"{shell.environ['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource=https://management.azure.com/"
    token = shell.run("curl", "--silent", "-H", f"X-IDENTITY-HEADER: {shell.environ['IDENTITY_HEADER']}", asked).value
    listed = shell.run(
        "curl", "--silent", "-H", f"Authorization: Bearer {token['access_token']}",
        f"{shell.environ['AZSERVE_EMULATOR_TLS']}/subscriptions?api-version=2022-12-01",
    ).value  # fmt: skip

    assert [one["subscriptionId"] for one in listed["value"]] == [shell.environ["AZURE_SUBSCRIPTION_ID"]]
