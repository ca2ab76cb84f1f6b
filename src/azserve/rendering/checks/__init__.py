"""What is wrong with a template, before Azure says so: anyone's ARM JSON, azserve's own included.

    file ─ document ─▶ templates, resources, scopes ─ CHECKS ─▶ complaints

- **One rule, one row.** A `Check` says what holds, why it matters, what to do, where the rule was read and when; its
  `find` yields the places. A rule about a closed list or a limit is data (`published`, `limits`), not code.
- **Only what can be known.** Expressions are evaluated without a deployment; where that leads nowhere the checks are
  silent, because a lint that guesses is switched off. A name that cannot be known is called by what is written in it
  (`calling`), so that two of them can be told apart and what waits for what is seen.
- **Errors fail, warnings do not.** A near limit, a preview or a retired model is said and lets the run pass. A rule
  that a team does not want is left out by its code.

Rejected: reading Azure's JSON schemas (they are tens of megabytes, lag behind and do not know the rules that hurt);
linting the Bicep (nothing that comes with Python compiles it; a test proves that both languages say the same).
"""

from __future__ import annotations

from azserve.rendering.checks.check import Check, Complaint, Context
from azserve.rendering.checks.lint import CHECKS, lint, lint_text

__all__ = ["CHECKS", "Check", "Complaint", "Context", "lint", "lint_text"]
