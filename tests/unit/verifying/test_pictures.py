"""Images in people's own probes: what is none is told before anything is asked."""

from __future__ import annotations

import base64
import re

import pytest

from azserve.verifying.probe import Probe
from azserve.verifying.reading import probe_of

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()


def shown(url: object) -> Probe:
    """Return a probe that shows an image."""
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    chat = {
        "messages": [{"role": "user", "content": content}],
        "max_tokens": 9,
        "checks": [{"name": "a", "expects": "answer-given"}],
    }
    return probe_of("own", {"asks": "?", "needs": ["chat", "images"], "chat": chat})


@pytest.mark.parametrize("url", [f"data:image/png;base64,{PNG}", "https://example.org/a.png", "http://example.org/a"])
def test_what_may_be_an_image_is_left_to_the_model(url: str) -> None:
    assert shown(url).needs


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"data:image/jpeg;base64,{PNG}", "what is called image/jpeg does not begin as one"),
        ("data:image/png;base64,aGVsbG8=", "what is called image/png does not begin as one"),
        ("data:image/png;base64,", "what is called image/png does not begin as one"),
        ("data:image/png;base64,not base64!", "the image is not base64"),
        (f"data:image/svg+xml;base64,{PNG}", "an image cannot be `data:image/svg+xml"),
        ("data:text/plain,hello", "an image cannot be `data:text/plain,hello`"),
        ("picture.png", "`picture.png` is no address of an image"),
        ("https://", "`https://` is no address of an image"),
        ("file:///etc/passwd", "`file:///etc/passwd` is no address of an image"),
        ("https://[", "`https://[` is no address of an image"),
        (None, "`image_url` must hold a `url`"),
    ],
)
def test_what_is_no_image_is_told_before_anything_is_asked(url: object, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        shown(url)
