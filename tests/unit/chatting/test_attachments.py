"""Files and images: what they are is told by what is in them."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from azserve.chatting.attachments import IMAGE_LIMIT, TEXT_LIMIT, image_url, text_of
from azserve.errors import UsageError


def png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"\0\0\0\0")) + part(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), "png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"),
        (b"GIF89a" + bytes(7), "gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
    ],
    ids=["png", "jpeg", "gif", "webp"],
)
def test_an_image_becomes_a_data_url_of_its_kind(content: bytes, kind: str) -> None:
    assert image_url("x.txt", content) == f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", png()[:20], b"GIF89a", b"\xff\xd8\xff", b"BM" + bytes(60), b"%PDF-1.7", b"<svg/>", b"\0" * 64],
    ids=["empty", "text", "cut-png", "cut-gif", "cut-jpeg", "bmp", "pdf", "svg", "zeros"],
)
def test_what_is_no_image_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        image_url("photo.png", content)

    assert (caught.value.code, caught.value.message) == ("not-an-image", "`photo.png` is not an image that models take")


def test_an_image_too_large_is_not_sent() -> None:
    with pytest.raises(UsageError) as caught:
        image_url("x.png", png() + bytes(IMAGE_LIMIT))

    assert caught.value.code == "image-too-large"


def test_text_is_text_with_or_without_a_byte_order_mark() -> None:
    assert (text_of("a", "é".encode()), text_of("a", "é".encode("utf-8-sig"))) == ("é", "é")


@pytest.mark.parametrize("content", [b"\xff\xfea\0", b"a\0b", png(), "é".encode("latin-1")])
def test_what_is_no_text_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        text_of("notes.txt", content)

    assert caught.value.code == "not-text"


def test_a_text_too_long_is_not_sent() -> None:
    with pytest.raises(UsageError) as caught:
        text_of("big.txt", b"a" * (TEXT_LIMIT + 1))

    assert caught.value.code == "file-too-long"
