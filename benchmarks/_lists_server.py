"""A server on loopback that answers a survey's questions as Azure would, as late as Azure would.

    python -m benchmarks._lists_server DELAY_MS MODELS THROTTLED

Prints its port, then serves until it is stopped. Model lists have MODELS entries and 600 KB at 436, as eastus2's had
when it was recorded; every answer is DELAY_MS late; of 100 answers THROTTLED are 429 with `Retry-After: 1`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import Any

ENTRIES = 436
"""Of the recorded list of eastus2, 2026-04-23."""


def model_list(count: int) -> dict[str, Any]:
    """Return a list of about 1.4 KB per entry, of which every tenth is a model that somebody may ask for."""
    return {"value": [_entry(number) for number in range(count)]}


def _entry(number: int) -> dict[str, Any]:
    name = f"model-{number}"
    skus = [
        {
            "name": sku,
            "usageName": f"AIServices.{sku}.{name}",
            "capacity": {"minimum": 1, "maximum": 1000, "step": 1, "default": 10},
            "rateLimits": [
                {"key": "request", "renewalPeriod": 10, "count": 1},
                {"key": "token", "renewalPeriod": 60, "count": 1000},
            ],
            "deprecationDate": "2099-12-31T00:00:00Z",
            "cost": [{"name": "input", "meterId": "0" * 36, "unit": "1K"}],
        }
        for sku in ("GlobalStandard", "DataZoneStandard", "Standard")
    ]
    model = {
        "format": "OpenAI",
        "name": name,
        "version": "1",
        "isDefaultVersion": True,
        "lifecycleStatus": "GenerallyAvailable",
        "deprecation": {"inference": "2099-12-31T00:00:00Z"},
        "maxCapacity": 3,
        "capabilities": {"chatCompletion": "true", "jsonSchemaResponse": "true", "maxOutputToken": "16384"},
        "skus": skus,
        "systemData": {"createdBy": "Microsoft", "createdAt": "2025-01-01T00:00:00Z", "lastModifiedBy": "Microsoft"},
    }
    return {"kind": "AIServices", "skuName": "S0", "description": "x" * 80, "model": model}


def usages(count: int) -> dict[str, Any]:
    """Return a pool per model and sku."""
    names = (f"AIServices.{sku}.model-{number}" for number in range(count) for sku in ("GlobalStandard", "Standard"))
    return {
        "value": [{"name": {"value": name, "localizedValue": name}, "currentValue": 0, "limit": 1000} for name in names]
    }


class Server:
    """Just enough of HTTP/1.1 to keep connections open."""

    def __init__(self, delay_s: float, models: int, throttled: int) -> None:
        self._delay_s = delay_s
        self._chance = throttled / 100
        self._dice = random.Random(7)
        self._entries = model_list(models)["value"]
        self._models: dict[str, bytes] = {}
        for number in range(60):
            self._models_of(f"region{number}")
        self._usages = json.dumps(usages(models)).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes over one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
                )
                await reader.readexactly(length)
                await asyncio.sleep(self._delay_s)
                writer.write(self._answer(head.split(b" ", 2)[1].decode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, target: str) -> bytes:
        if self._dice.random() < self._chance:
            error = b'{"error":{"code":"TooManyRequests","message":"slow down"}}'
            return _response(error, b"429 Too Many Requests", b"Retry-After: 1\r\n")
        return _response(self._body(target.partition("?")[0]), b"200 OK")

    def _body(self, path: str) -> bytes:
        if path.endswith("/models"):
            return self._models_of(path.split("/")[-2])
        if path.endswith("/usages"):
            return self._usages
        if "/providers/Microsoft." in path and path.count("/") == 4:
            namespace = path.rpartition("/")[2]
            return json.dumps({"namespace": namespace, "registrationState": "Registered", "resourceTypes": []}).encode()
        if path.count("/") == 2:
            return json.dumps({"subscriptionId": path.rpartition("/")[2], "state": "Enabled"}).encode()
        if path.endswith("/permissions"):
            return b'{"value":[{"actions":["*"],"notActions":[]}]}'
        return b'{"value":[]}'

    def _models_of(self, region: str) -> bytes:
        """Return a region's list: a tenth of the models is missing, and a fifth of the rest has words of its own."""
        if region not in self._models:
            at = sum(region.encode())
            kept = [(n, one) for n, one in enumerate(self._entries) if n % 10 == 0 or (n * 7 + at) % 10]
            listed = [{**one, "description": f"{region:x<80}"} if (n + at) % 5 == 0 else one for n, one in kept]
            self._models[region] = json.dumps({"value": listed}).encode()
        return self._models[region]


def _response(body: bytes, status: bytes, more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n" % (status, more, len(body))
    return head + body


async def main(delay_ms: int, models: int, throttled: int) -> None:
    """Serve until cancelled."""
    server = Server(delay_ms / 1000, models, throttled)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 20)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*(int(one) for one in sys.argv[1:4])))
