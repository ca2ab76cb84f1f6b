"""Render the large fleet and write its files as `azserve render` does, to a folder that may be named."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks._measuring import took


def main(folder: Path) -> None:
    """Render and write. Imports are not counted, for the claim is about rendering; loading the templates is."""
    from azserve.rendering.render import render
    from azserve.rendering.templates import TemplateSet
    from azserve.rendering.writing import write_artifact
    from benchmarks._programs.fleet import placement

    fleet = placement()
    with took():
        write_artifact(render(fleet, TemplateSet()), folder)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else own))
