"""The error family, what each member means for the exit code, and how a problem reads.

An error states the fact and owns the next move: `message` is one clause with names in backticks and no full
stop, `hint` says what to do, `where` says where (file:line:column, a region, a resource id). Only `cli` ends
the process; everything else raises.

    AzserveError
    ├── UsageError            2   the command line does not make sense
    ├── ConfigurationError    3   a file, variable or flag is wrong; carries every problem at once
    ├── SignInError           4   no token, wrong tenant, expired
    ├── PermissionDenied      4   signed in, not allowed
    ├── Refused               5   azserve or Azure said no before anything was written
    ├── ChecksFailed          1   the work was done, a check on it failed
    ├── PartlyFailed          6   some regions done, some not
    ├── AzureFailed           7   Azure failed everywhere, or the one call there was
    ├── StillRunning          8   the wait ended before the work did
    ├── FleetBusy             9   another run holds the fleet
    └── Bug                  70   ours
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process says when it ends. Documented in `--help`, never renumbered."""

    DONE = 0
    CHECKS_FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    SIGN_IN = 4
    REFUSED = 5
    PARTLY_FAILED = 6
    AZURE_FAILED = 7
    STILL_RUNNING = 8
    FLEET_BUSY = 9
    BUG = 70
    INTERRUPTED = 130


class Severity(StrEnum):
    """How much a problem matters: an error stops the verb, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in the shape `-o json` prints it."""

    code: str
    """Stable and kebab-case for ours (`unknown-key`), Azure's own spelling for Azure's (`InsufficientQuota`)."""
    message: str
    severity: Severity = Severity.ERROR
    hint: str | None = None
    where: str | None = None


class AzserveError(Exception):
    """Base of all errors that are not bugs. Prints as `error: …`, a blank line, `hint: …`."""

    exit_code: ClassVar[ExitCode] = ExitCode.AZURE_FAILED
    default_code: ClassVar[str] = "failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        where: str | None = None,
        raw: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.where = where
        self.raw = raw
        """The body Azure sent, kept whole for `--debug` and the receipt; never holds a secret."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem this error stands for, at least one."""
        return (Problem(code=self.code, message=self.message, hint=self.hint, where=self.where),)


class UsageError(AzserveError):
    """The command line does not make sense."""

    exit_code = ExitCode.USAGE
    default_code = "usage"


class _Several(AzserveError):
    """An error that may stand for several problems: `found` holds all of them, not only the first."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        where: str | None = None,
        raw: str | None = None,
        found: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message, code=code, hint=hint, where=where, raw=raw)
        self._found = found

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._found or super().problems


class ConfigurationError(_Several):
    """The configuration is wrong."""

    exit_code = ExitCode.CONFIGURATION
    default_code = "configuration"


class SignInError(AzserveError):
    """No usable token: nobody is signed in, the tenant is wrong, or the secret is."""

    exit_code = ExitCode.SIGN_IN
    default_code = "sign-in"


class PermissionDenied(AzserveError):
    """Signed in, but this identity may not do that."""

    exit_code = ExitCode.SIGN_IN
    default_code = "permission-missing"


class Refused(_Several):
    """Said no before anything was written: quota, region, lifecycle, policy, or a missing confirmation."""

    exit_code = ExitCode.REFUSED
    default_code = "refused"


class NotAllowed(Refused):
    """Refused for one reason alone: the caller may not."""

    exit_code = ExitCode.SIGN_IN
    default_code = "permission-missing"


class ChecksFailed(AzserveError):
    """The work was done and a check on it failed."""

    exit_code = ExitCode.CHECKS_FAILED
    default_code = "checks-failed"


class PartlyFailed(AzserveError):
    """Some regions are done and some are not."""

    exit_code = ExitCode.PARTLY_FAILED
    default_code = "partly-failed"


class AzureFailed(AzserveError):
    """Azure answered with an error, or did not answer."""

    exit_code = ExitCode.AZURE_FAILED
    default_code = "azure-failed"


class StillRunning(AzserveError):
    """The wait ended before the operation did; nothing is known to have failed."""

    exit_code = ExitCode.STILL_RUNNING
    default_code = "still-running"


class FleetBusy(AzserveError):
    """Another run of azserve is changing this fleet and environment."""

    exit_code = ExitCode.FLEET_BUSY
    default_code = "fleet-busy"


class Bug(AzserveError):
    """A state that our own code promises cannot be."""

    exit_code = ExitCode.BUG
    default_code = "bug"
