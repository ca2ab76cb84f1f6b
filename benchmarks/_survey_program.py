"""One survey, as a process: `python -m benchmarks._survey_program ours|bare PORT REGIONS MODELS`.

`ours` is the survey that `plan` makes, with its verdicts; `bare` asks the same lists over as many connections with the
standard library and parses the JSON. Prints seconds without imports and token, the peak of memory, and the verdicts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, on the wall's clock and of this process's CPU."""

    seconds: float
    cpu: float


def bare(port: int, regions: int, models: int) -> tuple[Took, dict[str, int]]:
    """Fetch and parse, and nothing else."""
    import http.client
    import queue
    import threading

    start = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for number in range(regions):
        for what in ("models", "usages"):
            todo.put(f"{start}/locations/region{number}/{what}?api-version=2025-06-01")
    for _ in range(models + 8):
        todo.put(f"{start}/modelCapacities?api-version=2025-06-01")
    counts: list[int] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            try:
                path = todo.get_nowait()
            except queue.Empty:
                connection.close()
                return
            connection.request("GET", path)
            counts.append(len(json.loads(connection.getresponse().read())["value"]))

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Took(time.perf_counter() - began, time.process_time() - cpu), {"items": sum(counts)}


def ours(port: int, regions: int, models: int) -> tuple[Took, dict[str, int]]:
    """Survey and judge."""
    from datetime import UTC, datetime
    from pathlib import Path

    from azure.core.credentials import AccessToken

    from azserve.azure.connection import Azure
    from azserve.azure.reader import Subscriptions
    from azserve.catalogue import load_catalogue
    from azserve.model.catalogue import Hosting
    from azserve.model.names import EndpointKey, FleetId, ModelName, Region, SubscriptionId
    from azserve.model.settings import Capacity, Cloud, CloudSettings, EndpointSettings, RegionChoice, Settings
    from azserve.planning.choosing import assess
    from azserve.planning.situation import Situation
    from azserve.surveying.survey import SurveyRequest, survey

    class Token:
        def get_token(self, *_: str, **__: Any) -> AccessToken:  # noqa: ANN401  the SDKs' protocol
            return AccessToken("token", 4_000_000_000)

    places = tuple(Region(f"region{number}") for number in range(regions))
    endpoints = {
        EndpointKey(f"e{number}"): EndpointSettings(
            EndpointKey(f"e{number}"), ModelName(f"model-{number * 10}"), Hosting.FOUNDRY, "benchmark", "1",
            "GlobalStandard", Capacity(10, 10),
        )
        for number in range(models)
    }  # fmt: skip
    cloud = CloudSettings(Cloud.PUBLIC, f"http://127.0.0.1:{port}", "https://management.azure.com")
    settings = Settings(
        FleetId("benchmark"), Path("azserve.yaml"), endpoints, RegionChoice(places), cloud, SubscriptionId(SUBSCRIPTION)
    )
    catalogue = load_catalogue()
    with Azure(cloud, Token()) as azure:
        reader = azure.reader(Subscriptions(SUBSCRIPTION))
        began, cpu = time.perf_counter(), time.process_time()
        facts = survey(SurveyRequest(settings, catalogue, places), reader, lambda: datetime.now(UTC))
        took = Took(time.perf_counter() - began, time.process_time() - cpu)
        found = Counter(str(one.answer) for one in assess(Situation(settings, catalogue, facts, facts.taken_at.date())))
    return took, dict(found)


def main(kind: str, port: int, regions: int, models: int) -> None:
    """Run one, and print what it took."""
    took, found = (ours if kind == "ours" else bare)(port, regions, models)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took.seconds, "cpu": took.cpu, "peak_mib": peak, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1], *(int(one) for one in sys.argv[2:5]))
