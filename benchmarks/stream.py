"""Reading a streamed answer of 3,000 chunks, beside the `openai` client reading the same bytes.

Target: a third of the CPU per chunk or less. The server is this process, so that only reading is measured; each event
is an HTTP chunk of its own, as models send them. Imports are not counted on either side, and both are run by turns.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from typing import BinaryIO

from benchmarks._measuring import Clock, compare
from benchmarks._programs.stream_settings import ADDRESS, CHUNKS, TIMES

TARGET = 1 / 3


def main() -> bool:
    """Print the ratio and what a chunk costs on either side."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening,), daemon=True).start()
        os.environ[ADDRESS] = f"http://127.0.0.1:{listening.getsockname()[1]}"
        result = compare(
            "benchmarks._programs.stream_azserve", "benchmarks._programs.stream_openai", Clock.CPU, rounds=5
        )
    each = [side.cpu_s / (CHUNKS * TIMES) * 1e6 for side in (result.subject, result.peer)]
    print(f"{result.ratio:.2f} times the openai client (target {TARGET:.2f})")
    print(f"  azserve {each[0]:.0f} µs of CPU a chunk\n  openai  {each[1]:.0f} µs of CPU a chunk")
    return result.ratio <= TARGET


def _serve(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    """Answer every request of a connection with the same stream."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    events = [b"data: " + json.dumps(_chunk(number)).encode() + b"\n\n" for number in range(CHUNKS)]
    whole = [head, *(b"%x\r\n%s\r\n" % (len(event), event) for event in [*events, b"data: [DONE]\n\n"]), b"0\r\n\r\n"]
    with connection, connection.makefile("rb") as asked:
        while _read_request(asked):
            for part in whole:
                connection.sendall(part)


def _read_request(asked: BinaryIO) -> bool:
    """Read one request to its end; False where there is none."""
    length = 0
    line = asked.readline()
    while line.strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
        line = asked.readline()
    return bool(line) and asked.read(length) is not None


def _chunk(number: int) -> dict[str, object]:
    delta = {"role": "assistant", "content": ""} if number == 0 else {"content": f" word{number}"}
    reason = "stop" if number == CHUNKS - 1 else None
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
    about = {"id": "0123456789abcdef", "object": "chat.completion.chunk", "created": 1790000000, "model": "DeepSeek-R1"}
    return {**about, "choices": [choice], "usage": None}
