"""Reads the stream with the `openai` client."""

from __future__ import annotations

import os

from openai import OpenAI

from benchmarks._measuring import took
from benchmarks._programs.stream_settings import ADDRESS, CHUNKS, TIMES


def main() -> None:
    """Read it so many times over."""
    client = OpenAI(api_key="key", base_url=os.environ[ADDRESS])
    with took():
        for _ in range(TIMES):
            stream = client.chat.completions.create(
                model="DeepSeek-R1", messages=[{"role": "user", "content": "hello"}], stream=True
            )
            text = [chunk.choices[0].delta.content for chunk in stream]
            assert len(text) == CHUNKS
            assert "".join(each or "" for each in text)


if __name__ == "__main__":
    main()
