"""Draws docs/demo.svg: what `azserve demo` leaves on a terminal, as it really ran. Run by `make picture`."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from itertools import groupby
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, ROWS = 116, 70
GAP = Style(dim=True)
COLOURS = {"default": None, "brown": "yellow", "brightblack": "bright_black"}
"""pyte's names where they are not rich's."""


def recorded(argv: list[str]) -> pyte.Screen:
    """Run a command on a terminal of our own and return what it leaves there."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    child = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, close_fds=True)
    os.close(theirs)
    try:
        while data := os.read(ours, 65536):
            stream.feed(data)
    except OSError:  # how a pty says that its other end is closed
        pass
    finally:
        os.close(ours)
    if child.wait():
        raise SystemExit(f"{' '.join(argv)} ended with {child.returncode}:\n" + "\n".join(screen.display))
    return screen


def drawn(screen: pyte.Screen, title: str) -> str:
    """Return a screen as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    used = max(row for row, line in enumerate(screen.display) if line.strip())
    console.print(Text("$ " + title, style="bold"))
    for row in range(used + 1):
        line = Text()
        chars = [screen.buffer[row][column] for column in range(COLUMNS)]
        for (colour, bold), run in groupby(chars, key=lambda char: (char.fg, char.bold)):
            style = Style(color=COLOURS.get(colour, colour), bold=bold)
            # Gaps stand alone: what follows is then placed by its column, whatever font the reader has.
            for piece in re.split(r"(^ +| {2,})", "".join(char.data for char in run)):
                line.append(piece, GAP if piece.isspace() else style)
        line.rstrip()
        console.print(line, overflow="crop", no_wrap=True)
    svg = console.export_svg(title="azserve", unique_id="azserve-demo")
    # A picture in a repository loads nothing from anywhere: whoever looks at it has a monospaced font.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "Menlo, Consolas")


if __name__ == "__main__":
    taken = recorded([sys.executable, "-m", "azserve", "demo"])
    Path(__file__).with_name("demo.svg").write_text(drawn(taken, "azserve demo") + "\n")
