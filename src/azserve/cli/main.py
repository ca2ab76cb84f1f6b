"""The process: from argv to an exit code. Every error becomes a message here, and only here."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout

import click

from azserve.cli.group import Root
from azserve.cli.speak import say_error
from azserve.cli.streams import Streams, Terminated
from azserve.errors import AzserveError, Bug, ExitCode, Problem

WRITING = frozenset({"deploy", "destroy", "demo"})
"""Verbs that leave work behind in Azure where they are interrupted."""


def run() -> None:
    """Console script. A pipeline that ends a step sends SIGTERM: it is met as Ctrl-C is."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:], Streams.of_process()))


def _terminate(number: int, frame: object) -> None:
    raise Terminated


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run one command line; returns the exit code and never raises."""
    root = Root(name="azserve")
    with redirect_stdout(streams.out), redirect_stderr(streams.err):
        return _main(root, argv, streams)


def _main(root: Root, argv: Sequence[str], streams: Streams) -> int:
    try:
        if "_AZSERVE_COMPLETE" in streams.environ:
            root.main(args=list(argv), prog_name="azserve")
        with root.make_context("azserve", list(argv), obj=streams) as context:
            code = root.invoke(context)
        streams.out.flush()
        return int(code) if isinstance(code, int) else int(ExitCode.DONE)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        return _end(root, argv, streams, _usage(error), ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        return _end(root, argv, streams, (_interrupted(root.verb_of(argv)),), ExitCode.INTERRUPTED)
    except AzserveError as error:
        return _end(root, argv, streams, error.problems, error.exit_code, error)
    except BrokenPipeError:  # click's own help; what azserve says goes through the streams
        streams.write("")
        return int(ExitCode.DONE)
    except Exception as error:  # noqa: BLE001  the last line of defence: a bug is named, never dumped
        return _end(root, argv, streams, (_bug(error),), ExitCode.BUG, error)


def _end(
    root: Root,
    argv: Sequence[str],
    streams: Streams,
    problems: tuple[Problem, ...],
    code: ExitCode,
    cause: BaseException | None = None,
) -> int:
    say_error(argv, streams, root.verb_of(argv), problems, cause)
    return int(code)


def _usage(error: click.UsageError) -> tuple[Problem, ...]:
    hint = f"see `{error.ctx.command_path} --help`" if error.ctx else "see `azserve --help`"
    message = error.format_message().rstrip(".")
    return (Problem("usage", message[:1].lower() + message[1:], hint=hint),)


def _interrupted(verb: str) -> Problem:
    hint = "what Azure was already told to do goes on there" if verb in WRITING else None
    return Problem("interrupted", "interrupted", hint=hint)


def _bug(error: Exception) -> Problem:
    return Problem(
        Bug.default_code,
        f"azserve met a state it promises cannot be: {type(error).__name__}: {error}",
        hint="this is our bug: run it again with --debug and report what it prints at "
        "https://github.com/azserve/azserve/issues",
    )
