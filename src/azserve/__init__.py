"""azserve: put AI models on Azure in several regions, and know that they work.

The line, and the room that does each part (arrows go one way):

    azserve.yaml ─ config ─▶ surveying ─▶ planning ─▶ rendering ─▶ deploying ─▶ verifying ─▶ reporting

`verbs` holds one typed function per command; `cli` is a thin skin over it. See README.md.
"""

__version__ = "0.1.0"
