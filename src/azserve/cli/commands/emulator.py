from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from azserve.cli.app import App, Verb
from azserve.cli.numbers import FiniteRange
from azserve.errors import AzserveError, ConfigurationError, ExitCode

if TYPE_CHECKING:
    from azserve.emulator.inference.upstream import Upstream
    from azserve.emulator.server import Emulator

DEFAULT_PORT = 4190

SCENARIO = click.option("--scenario", default="default", show_default=True, metavar="NAME|FILE",
                        help="What the local Azure is like.")  # fmt: skip
SPEED = click.option("--speed", type=FiniteRange(min=0.1, max=1000), default=1.0, show_default=True,
                     help="How fast its clock runs; beyond 1 for tests.")  # fmt: skip
TLS = click.option("--tls", is_flag=True, help="Answer https too, with a certificate authority of this run.")
UPSTREAM = click.option("--upstream", metavar="URL",
                        help="Let an OpenAI-compatible server answer chats, as http://127.0.0.1:11434/v1; its key from "
                             "AZSERVE_UPSTREAM_KEY.")  # fmt: skip
UPSTREAM_MODEL = click.option("--upstream-model", metavar="NAME", help="The name that server has for the model.")


@click.group()
def emulator() -> None:
    """Run the local Azure: identity, ARM, resource providers and models that answer."""


@emulator.command(cls=Verb, example="azserve emulator run\nazserve emulator run --scenario tight-quota --state .local")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0 is any free.")
@click.option("--allow-remote", is_flag=True, help="Listen beyond loopback; anybody who can reach it can use it.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep what is made in a folder, for the next start.",
)
@SCENARIO
@SPEED
@TLS
@UPSTREAM
@UPSTREAM_MODEL
@click.pass_obj
def run(
    app: App, *, host: str, port: int, allow_remote: bool, state: Path | None, scenario: str, speed: float, tls: bool,
    upstream: str | None, upstream_model: str | None,
) -> ExitCode:  # fmt: skip
    """Run in the foreground until Ctrl-C; prints what to export."""
    from azserve.emulator.server import Emulator, EmulatorError

    try:
        local = Emulator(
            host=host, port=port, scenario=scenario, speed=speed, allow_remote=allow_remote,
            state=state, tls=tls, roots=_trusted_already(app.environ),
            upstream=_upstream(app.environ, upstream, upstream_model),
        )  # fmt: skip
        local.serve_forever(ready=lambda: _say_ready(app, local))
    except EmulatorError as error:
        raise _ours(error) from error
    return ExitCode.DONE


def _say_ready(app: App, local: Emulator) -> None:
    """Write what to export to stdout, for a shell or as a document, and the ready line to stderr."""
    from azserve.model.results import EmulatorRunResult

    environment = local.environment()
    if app.options.query or app.options.output in {"json", "yaml"}:
        app.answer(EmulatorRunResult(local.url, environment))
    else:  # as it is, whatever the terminal's width: a wrapped line cannot be pasted
        for name, value in environment.items():
            app.streams.write(f"export {name}='{value}'\n")
    if local.speaks_tls:
        app.streams.say(f"also at {local.tls_url}, certificate authority {local.ca_file}\n")
    app.streams.say(f"azserve emulator ready at {local.url} (Ctrl-C stops it)\n")


@emulator.command(
    name="exec",
    cls=Verb,
    example="azserve emulator exec -- azserve deploy\nazserve emulator exec -- sh -c 'azserve deploy && azserve smoke'",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@SCENARIO
@SPEED
@TLS
@UPSTREAM
@UPSTREAM_MODEL
@click.argument("command", nargs=-1, required=True, metavar="-- CMD…", type=click.UNPROCESSED)
@click.pass_obj
def exec_(
    app: App, *, scenario: str, speed: float, tls: bool, upstream: str | None, upstream_model: str | None,
    command: tuple[str, ...],
) -> int:  # fmt: skip
    """Run a command with a local Azure around it, and return the command's exit code."""
    from azserve.emulator.server import Emulator, EmulatorError

    try:
        with Emulator(
            scenario=scenario, speed=speed, tls=tls, roots=_trusted_already(app.environ),
            upstream=_upstream(app.environ, upstream, upstream_model),
        ) as local:  # fmt: skip
            return _run_inside(command, {**app.environ, **local.environment()})
    except EmulatorError as error:
        raise _ours(error) from error


def _upstream(environ: Mapping[str, str], url: str | None, model: str | None) -> Upstream | None:
    """Return the server that answers chats in place of the scripted model; None where there is none."""
    if url is None:
        if model is not None:
            raise click.UsageError("--upstream-model needs --upstream")
        return None
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(f"`{url}` is no http address", param_hint="--upstream")
    from azserve.emulator.inference.upstream import Upstream

    return Upstream(url, model, environ.get("AZSERVE_UPSTREAM_KEY"))


def _trusted_already(environ: Mapping[str, str]) -> Path | None:
    """Return the bundle of a user who has set one: a company's proxy has its own certificate authority."""
    named = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE")
    return Path(named) if named else None


def _run_inside(command: tuple[str, ...], environ: Mapping[str, str]) -> int:
    """Run the command; signals are its to answer, so we wait for it rather than die before it."""
    try:
        child = subprocess.Popen(command, env=dict(environ))  # noqa: S603  running it is what was asked
    except OSError as error:
        raise ConfigurationError(
            f"`{command[0]}` could not be run: {(error.strerror or str(error)).lower()}",
            code="command-not-run",
            hint="give a program and its arguments after `--`; shell syntax needs `sh -c '…'`",
        ) from error

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    before = {each: signal.signal(each, pass_on) for each in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal already sent it to the child
    try:
        code = child.wait()
    finally:
        for each, earlier in before.items():
            signal.signal(each, earlier)
    return code if code >= 0 else 128 - code


@emulator.command(cls=Verb, example="azserve emulator reset")
@click.pass_obj
def reset(app: App) -> ExitCode:
    """Empty the running emulator (AZSERVE_EMULATOR, or the default address)."""
    from azserve.model.results import EmulatorResetResult

    address = app.environ.get("AZSERVE_EMULATOR", f"http://127.0.0.1:{DEFAULT_PORT}")
    _post(f"{address}/_emulator/reset")
    return app.answer(EmulatorResetResult(address))


def _post(url: str) -> None:
    """Send an empty POST to an emulator; only loopback addresses are asked."""
    from http.client import HTTPException
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, method="POST", data=b""), timeout=10):  # noqa: S310  the user's own emulator
            pass
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise AzserveError(
            f"no emulator answers at `{url}`",
            code="emulator-missing",
            hint="start one with `azserve emulator run`, or set AZSERVE_EMULATOR to the address it printed",
        ) from error


@emulator.command(cls=Verb, example="azserve emulator facts\nazserve emulator facts -o json")
@click.pass_obj
def facts(app: App) -> ExitCode:
    """List what in the local Azure is inferred rather than known."""
    from azserve.emulator.facts import all_facts
    from azserve.model.results import EmulatorFactsResult, InferredFact

    found = (InferredFact(key, each.what, each.because) for key, each in sorted(all_facts().items()))
    return app.answer(EmulatorFactsResult(tuple(found)))


def _ours(error: Exception) -> AzserveError:
    """The emulator has errors of its own: it shares no code with the rest."""
    return ConfigurationError(str(error), code="emulator-not-started", hint=getattr(error, "hint", None))
