"""A chat with servers as no server should be, over real sockets and the real client."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.contract.inference.evil import LAST_CHUNK, STREAM_HEAD, Caller, EvilServer, Script, chunked, head
from tests.contract.inference.test_evil_servers import FINITE, PATIENT, QUICK, said
from tests.unit.chatting.speaking import NOBODY, asking
from tests.unit.inference.endpoints import KEY, keys, serverless

from azserve.chatting import Talk, Wishes
from azserve.cli.screen import Screen
from azserve.cli.streams import Streams
from azserve.inference import ModelDoor
from azserve.inference.exchange import Timeouts
from azserve.model.chat import AnswerDelta, ThinkingDelta
from azserve.verifying.ports import BrokenAnswer, ModelError, TooSlow, Unauthorised, Unreachable


@contextmanager
def talking_to(script: Script, timeouts: Timeouts = PATIENT) -> Iterator[Talk]:
    with EvilServer(script) as server:
        endpoint = serverless(uri=server.url)
        with ModelDoor(keys, timeouts=timeouts).open(endpoint) as client:
            yield Talk(client, NOBODY, abilities={}, wishes=Wishes(), names=endpoint.model_names)


def saying(*events: bytes) -> Script:
    return lambda caller: caller.send(STREAM_HEAD, *chunked(*events), LAST_CHUNK)


def test_a_piece_is_on_the_screen_before_the_server_sends_the_next() -> None:
    out, shown = io.StringIO(), threading.Event()
    screen = Screen(Streams(out, io.StringIO(), {}), colour=False)
    heard: list[str] = []

    def waiting(caller: Caller) -> None:
        first, *rest = chunked(*said("one", " two"))
        caller.send(STREAM_HEAD, first)
        if shown.wait(5):
            caller.send(*rest, LAST_CHUNK)

    def show(piece: ThinkingDelta | AnswerDelta) -> None:
        screen.show(piece)
        heard.append(out.getvalue())
        shown.set()

    with talking_to(waiting) as talk:
        talk.say(asking(), show)

    assert heard == ["one", "one two"]


def test_ten_megabytes_of_thinking_are_no_part_of_what_a_pipe_gets() -> None:
    out = io.StringIO()
    piece = "thinking hard, " * 400

    with talking_to(saying(*said("<think>", *[piece] * (10 * 2**20 // len(piece)), "</think>", "42"))) as talk:
        talk.say(asking(), Screen(Streams(out, io.StringIO(), {}), colour=False).show)

    assert out.getvalue() == "42"


def test_no_word_of_a_server_moves_the_cursor() -> None:
    out = io.StringIO()

    with talking_to(saying(*said("\x1b[2J", "\u202e", "safe\r\n"))) as talk:
        talk.say(asking(), Screen(Streams(out, io.StringIO(), {}), colour=False).show)

    assert out.getvalue() == "\\u001b[2J\\u202esafe\n"


def endless(caller: Caller) -> None:
    caller.send(STREAM_HEAD)
    while not caller.released.wait(0.02):
        caller.send(*chunked(said("and ")[0]))


def stalling(caller: Caller) -> None:
    caller.send(STREAM_HEAD, *chunked(said("As of now")[0]))
    caller.stall()


def repeating(caller: Caller) -> None:
    caller.send(head("401 Unauthorized"), caller.head.encode())


@pytest.mark.parametrize(
    ("script", "timeouts", "kind", "words"),
    [
        (saying(*said(finish="stop")), PATIENT, BrokenAnswer, "the model answered nothing"),
        (saying(*said("<think>hm")), PATIENT, BrokenAnswer, "thought, and answered nothing"),
        (saying(said("As of")[0]), PATIENT, BrokenAnswer, "broke off before its end"),
        (saying(b"data: [DONE]\n\n"), PATIENT, BrokenAnswer, "the stream held no answer"),
        (saying(b"data: \xff{{{\n\n"), PATIENT, BrokenAnswer, "something other than JSON objects"),
        (endless, FINITE, TooSlow, "did not finish in 0.3 s"),
        (stalling, QUICK, TooSlow, "said nothing for 0.2 s"),
        (Caller.stall, QUICK, TooSlow, "said nothing for 0.2 s"),
        (lambda caller: None, PATIENT, BrokenAnswer, "broke off"),
        (repeating, PATIENT, Unauthorised, "HTTP 401"),
    ],
    ids=["empty", "thinking", "early-end", "done-alone", "garbage", "endless", "stall", "silent", "closed", "key"],
)
def test_each_is_one_error_in_time_and_without_the_key(
    script: Script, timeouts: Timeouts, kind: type[ModelError], words: str
) -> None:
    with talking_to(script, timeouts) as talk, pytest.raises(kind) as caught:
        talk.say(asking())

    error = caught.value
    assert words in error.message
    assert KEY not in f"{error.message} {error.hint} {error.raw}"


def test_nobody_there_is_unreachable() -> None:
    endpoint = serverless(uri="http://127.0.0.1:9")
    with ModelDoor(keys, timeouts=QUICK).open(endpoint) as client, pytest.raises(Unreachable):
        Talk(client, NOBODY, abilities={}, wishes=Wishes(), names=frozenset()).say(asking())


def test_whoever_has_heard_enough_hangs_up() -> None:
    gone = threading.Event()

    def going_on(caller: Caller) -> None:
        caller.send(STREAM_HEAD)
        try:
            while not caller.released.is_set():
                caller.send(*chunked(said("and ")[0]))
                time.sleep(0.001)
        except OSError:
            gone.set()

    def enough(piece: ThinkingDelta | AnswerDelta) -> None:
        raise KeyboardInterrupt

    with talking_to(going_on) as talk:
        with pytest.raises(KeyboardInterrupt):
            talk.say(asking(), enough)

        assert gone.wait(5)
        assert talk.transcript.turns[0].answer.startswith("and ")
