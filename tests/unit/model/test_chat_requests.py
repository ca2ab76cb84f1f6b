"""Requests for models that take no system prompt."""

from __future__ import annotations

from azserve.model.chat import ChatRequest, Message
from azserve.model.json import JsonValue

SYSTEM = Message("system", "Be brief.")


def test_a_system_prompt_begins_the_first_message_of_the_user() -> None:
    request = ChatRequest((SYSTEM, Message("user", "Hello"), Message("assistant", "Hi"), Message("user", "Who?")))

    assert [(each.role, each.content) for each in request.without_system().messages] == [
        ("user", "Be brief.\n\nHello"),
        ("assistant", "Hi"),
        ("user", "Who?"),
    ]


def test_it_goes_ahead_of_what_the_user_shows() -> None:
    image: JsonValue = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}

    (message,) = ChatRequest((SYSTEM, Message("user", [image]))).without_system().messages

    assert message.content == [{"type": "text", "text": "Be brief."}, image]


def test_with_nobody_to_say_it_to_it_is_left_out() -> None:
    assert ChatRequest((SYSTEM, Message("assistant", "Hi"))).without_system().messages == (Message("assistant", "Hi"),)


def test_a_request_without_one_stays_as_it_is() -> None:
    request = ChatRequest((Message("user", "Hello"),), max_tokens=9)

    assert request.without_system() == request
