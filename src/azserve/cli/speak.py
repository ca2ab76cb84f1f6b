"""How results and problems are printed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from azserve.cli.streams import Streams
from azserve.errors import ConfigurationError, Problem, Severity
from azserve.model.visible import visible


def say_error(
    argv: Sequence[str], streams: Streams, verb: str, problems: tuple[Problem, ...], cause: BaseException | None
) -> None:
    """Print problems to stderr as `error: …`, a blank line, `hint: …`; with `-o json|yaml` also the one document.

    Works from argv, because the command line itself may be what is wrong.
    """
    output = _asked_output(argv, streams)
    if output in {"json", "yaml"}:
        from azserve.reporting.plain import envelope
        from azserve.reporting.voices import Output, data

        document = envelope(verb, None, problems, ok=False)
        with suppress(ConfigurationError):  # that nothing can be written may be what is told
            streams.write(data(document, Output(output), unicode=streams.unicode(streams.out)))
    say_problems(streams, problems, colour=streams.colour(streams.err, wanted="--no-color" not in argv))
    if "--debug" in argv and cause is not None:
        _say_cause(streams, cause)


def say_problems(streams: Streams, problems: tuple[Problem, ...], *, colour: bool) -> None:
    """Print each problem, its place before it and its next move after it."""
    for number, problem in enumerate(problems):
        if number:
            streams.say("\n")
        where = f"{problem.where}: " if problem.where else ""
        streams.say(f"{_paint(problem.severity, colour=colour)}: {visible(where + problem.message)}\n")
        if problem.hint:
            hint = visible(problem.hint)
            streams.say(f"\nhint: {hint}\n" if len(problems) == 1 else f"  hint: {hint}\n")


def _say_cause(streams: Streams, cause: BaseException) -> None:
    import traceback

    streams.say("\n" + "".join(traceback.format_exception(cause)))
    raw = getattr(cause, "raw", None)
    if raw:
        streams.say(f"\nAzure's own words:\n{raw}\n")


def _paint(severity: Severity, *, colour: bool) -> str:
    if not colour:
        return severity.value
    code = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.NOTE: "36"}[severity]
    return f"\x1b[{code}m{severity.value}\x1b[0m"


def _asked_output(argv: Sequence[str], streams: Streams) -> str:
    """Return the form asked for, as far as it can be told; what follows `--` is another command's."""
    argv = argv[: argv.index("--")] if "--" in argv else argv
    for number, word in enumerate(argv):
        if word in {"-o", "--output"} and number + 1 < len(argv):
            return argv[number + 1]
        for start in ("--output=", "-o"):
            if (
                word.startswith(start)
                and len(word) > len(start)
                and not word.startswith("--o" if start == "-o" else "\0")
            ):
                return word[len(start) :].removeprefix("=")
    return streams.environ.get("AZSERVE_OUTPUT", "table")
