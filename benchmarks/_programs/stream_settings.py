"""What both readers of a stream are asked to read."""

from __future__ import annotations

from typing import Final

ADDRESS: Final = "AZSERVE_BENCHMARK_STREAM"
CHUNKS: Final = 3000
TIMES: Final = 3
