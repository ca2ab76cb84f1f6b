from __future__ import annotations

import base64
import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.emulator.inference.images import Image, NotAnImage, from_data_url, read


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00"


def jpeg(width: int, height: int) -> bytes:
    start = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\x01\xff\xd0\xff\xc4\x00\x03x"
    return start + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"


def webp(form: bytes, body: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + form + b"\x00\x00\x00\x00" + body


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14))


def extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", b"\x00" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


@given(st.sampled_from([png, gif, jpeg, lossless, extended, lossy]), st.integers(1, 16_000), st.integers(1, 16_000))
def test_type_and_size_are_read(make: Any, width: int, height: int) -> None:
    image = read(make(width, height))
    kinds = {png: "PNG", gif: "GIF", jpeg: "JPEG"}
    assert image == Image(kinds.get(make, "WebP"), width, height)


@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP"]),
    st.binary(max_size=80),
)
def test_no_bytes_break_the_reader(start: bytes, rest: bytes) -> None:
    with suppress(NotAnImage):
        assert read(start + rest).width


@pytest.mark.parametrize(
    "url",
    [
        "picture.png",
        "data:image/png,abc",
        "data:image/png;base64,***",
        "data:image/png;base64," + base64.b64encode(b"hello").decode(),
        "data:image/png;base64," + base64.b64encode(png(0, 5)).decode(),
        "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nnothing here").decode(),
    ],
)
def test_what_is_no_image_is_refused(url: str) -> None:
    with pytest.raises(NotAnImage):
        from_data_url(url)


def shown(url: str) -> list[dict[str, Any]]:
    items = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    return [{"role": "user", "content": items}]


def data_url(data: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def test_a_model_that_sees_tells_type_and_size(bench: Any) -> None:
    body = {"model": "eyes", "messages": shown(data_url(jpeg(1900, 1069)))}
    reply = bench.reply("/models/chat/completions", body)
    assert reply.body["choices"][0]["message"]["content"] == "I was shown a JPEG image of 1900×1069 pixels."
    assert reply.body["usage"]["prompt_tokens"] > 85 + 170 * 12


def test_a_model_that_does_not_see_refuses(bench: Any) -> None:
    reply = bench.reply("/models/chat/completions", {"model": "chat", "messages": shown(data_url(png(1, 1)))})
    assert (reply.status, reply.body["code"]) == (422, "parameter_not_supported")


def test_what_is_no_image_is_400_on_the_openai_routes(bench: Any) -> None:
    reply = bench.reply("/openai/v1/chat/completions", {"model": "eyes", "messages": shown(data_url(b"no"))})
    assert reply.status == 400
    assert reply.body["error"]["message"].startswith("Invalid image data")


def test_an_image_by_address_is_not_modelled(bench: Any) -> None:
    body = {"model": "eyes", "messages": shown("https://example.com/a.png")}
    assert bench.reply("/models/chat/completions", body).status == 501
