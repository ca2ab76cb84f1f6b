"""One answer, where it is not streamed as it comes."""

from __future__ import annotations

from azserve.model.chat import ChatAnswer
from azserve.model.results import ChatResult
from azserve.reporting.blocks import Block, Column, Narrow, Table, cell, count, seconds


def chat(result: ChatResult) -> tuple[Block, ...]:
    """Who answered what."""
    columns = (Column("endpoint"), Column("region"), Column("model"), Column("tokens", "right"),
               Column("answer", narrow=Narrow.FOLD))  # fmt: skip
    usage = result.answer.usage
    row = (
        cell(result.endpoint),
        cell(result.region),
        cell(result.model),
        cell(f"{usage.total_tokens:,}" if usage else None, raw=usage.total_tokens if usage else ""),
        cell(result.answer.answer),
    )
    return (Table(columns, (row,)),)


def spent(answer: ChatAnswer) -> str:
    """Return tokens and times in a line: `11 + 886 tokens, first after 210 ms, answer after 1.2 s, 3.4 s in all`."""
    usage, times = answer.usage, answer.timings
    parts = []
    if usage is None:
        parts.append("no usage told")
    else:
        parts.append(f"{usage.prompt_tokens:,} + {count(usage.completion_tokens, 'token')}")
    if times.first_token_s is not None:
        parts.append(f"first after {seconds(times.first_token_s)}")
    if answer.thinking and times.first_answer_s is not None:
        parts.append(f"answer after {seconds(times.first_answer_s)}")
    parts.append(f"{seconds(times.total_s)} in all")
    return ", ".join(parts)
