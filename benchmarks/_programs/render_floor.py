"""Import jinja2 and write the bytes that the large fleet renders to: the floor of every renderer built on it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._measuring import ROOT, took


def main() -> None:
    """Have the files made by another process, then import and write them."""
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "benchmarks._programs.render_azserve", made], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        texts = {path.relative_to(made): path.read_bytes() for path in Path(made).rglob("*") if path.is_file()}
        with took():
            import jinja2  # noqa: F401  what is measured

            for name, text in texts.items():
                target = Path(folder) / name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(text)


if __name__ == "__main__":
    main()
