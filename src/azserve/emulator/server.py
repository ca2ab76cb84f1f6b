"""Sockets: the local Azure as something to start and stop, in a thread or in the foreground.

Importing this module is cheap; the web server and the providers are imported when an emulator starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import secrets
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from azserve.emulator.errors import EmulatorError
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.world import SUBSCRIPTION, TENANT

if TYPE_CHECKING:
    import ssl

    from azserve.emulator.exports import SignIn
    from azserve.emulator.inference.upstream import Upstream
    from azserve.emulator.site import Parts, Site
    from azserve.emulator.tls import Certificates

__all__ = ["Emulator", "EmulatorError"]

_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 10.0


class Emulator:
    """A local Azure on one port. A context manager for use beside a program, `serve_forever` for a process of its own.

    `port` 0 takes any free one. `speed` is how fast its clock runs. `scenario` is a shipped name or a file. What it
    makes up (ids, keys) follows from `seed`. Beyond loopback it listens only with `allow_remote`. With `tls` its port
    answers https too; `roots` is the bundle of certificate authorities that this machine's programs trust already.
    With `state`, a folder, what was acknowledged is there at the next start. With `upstream` chat is answered by
    another server.

    Raises EmulatorError when it cannot start.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        speed: float = 1.0,
        scenario: str = "default",
        seed: str = "azserve",
        subscription: str = SUBSCRIPTION,
        tenant: str = TENANT,
        allow_remote: bool = False,
        tls: bool = False,
        roots: Path | None = None,
        state: Path | None = None,
        upstream: Upstream | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        if not allow_remote and not _is_loopback(host):
            raise EmulatorError(
                f"the emulator does not listen on `{host}`, which is not a loopback address",
                hint="use 127.0.0.1, or say that others may reach it with --allow-remote",
            )
        self._host = "127.0.0.1" if host == "localhost" else host
        self._port = port
        self._speed = speed
        self._scenario = scenario
        self._seed = seed
        self._state = state
        self._upstream = upstream
        self._log = log
        self._tls = tls
        self._roots = roots
        self._certificates: Certificates | None = None
        self.subscription = subscription
        self.tenant = tenant
        self.identity_header = secrets.token_hex(16)
        """What the managed identity endpoint wants to see: a secret of this run."""
        self._site: Site | None = None
        self._bound: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._failure: OSError | None = None
        self._settled = threading.Event()
        """Set once the thread listens or has failed to."""

    @property
    def url(self) -> str:
        """Scheme, host and port; EmulatorError where it is not running."""
        return f"http://{self._address}"

    @property
    def tls_url(self) -> str:
        """The same port by https; EmulatorError where it was not started with TLS."""
        self._trusted()
        return f"https://{self._address}"

    @property
    def speaks_tls(self) -> bool:
        """Whether it is running with TLS."""
        return self._certificates is not None

    @property
    def ca_file(self) -> Path:
        """The certificate authority to trust; EmulatorError where it was not started with TLS."""
        return self._trusted().authority

    @property
    def _address(self) -> str:
        if self._bound is None:
            raise EmulatorError("the emulator is not running", hint="start it first")
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared, not bound
        return f"{f'[{reachable}]' if ':' in reachable else reachable}:{self._bound}"

    def _trusted(self) -> Certificates:
        if self._certificates is None:
            raise EmulatorError("the emulator does not speak TLS", hint="start it with `--tls`")
        return self._certificates

    @property
    def identity_endpoint(self) -> str:
        """What `IDENTITY_ENDPOINT` should say."""
        return f"{self.url}/msi/token"

    @property
    def client_id(self) -> str:
        """The application that can sign in with `client_secret`."""
        from azserve.emulator.identity.clients import application

        return application(self._running_site.world).client_id

    @property
    def client_secret(self) -> str:
        """The application's secret; the same in every run with the same seed, and good for nothing but the emulator."""
        from azserve.emulator.identity.clients import application

        return application(self._running_site.world).secret or ""

    @property
    def job_token(self) -> str:
        """What a pipeline's job shows `AZSERVE_EMULATOR_OIDC_URL` for a token of its own."""
        from azserve.emulator.identity.tokens import pipeline_bearer

        return pipeline_bearer(self._running_site.world)

    def environment(self) -> dict[str, str]:
        """Return the variables that make azserve and Azure's own clients use this emulator."""
        from azserve.emulator import exports

        sign_in = self._sign_in()
        found = exports.plain(self.url, sign_in)
        if self._certificates is not None:
            found |= exports.secure(self.tls_url, sign_in, self._certificates)
        return found

    def _sign_in(self) -> SignIn:
        from azserve.emulator.exports import SignIn

        return SignIn(
            self.subscription, self.tenant, self.identity_header, self.client_id, self.client_secret, self.job_token
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start in a thread and return when it answers."""
        self._site = self._make_site()
        self._failure = None
        self._settled.clear()
        self._thread = threading.Thread(target=self._run_in_thread, name="azserve-emulator", daemon=True)
        self._thread.start()
        self._settled.wait(_START_TIMEOUT_S)
        if self._bound is None:
            self.stop()
            raise self._refusal(self._failure)
        self._say(f"emulator ready at {self.url}")

    def stop(self) -> None:
        """Stop and wait for the thread; does nothing where it is not running."""
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_STOP_TIMEOUT_S)
        self._thread = None

    def reset(self) -> None:
        """Empty it, as `POST /_emulator/reset` does, and let its clock run as fast as at the start."""
        loop = self._loop
        if loop is None:
            raise EmulatorError("the emulator is not running", hint="start it first")

        async def reset() -> None:
            self._running_site.clock.set_speed(self._speed)
            self._running_site.reset()

        asyncio.run_coroutine_threadsafe(reset(), loop).result(_STOP_TIMEOUT_S)

    def serve_forever(self, *, ready: Callable[[], None] = lambda: None) -> None:
        """Serve in this thread until SIGINT, SIGTERM or `stop`, then end cleanly; `ready` is called once it answers."""
        self._site = self._make_site()
        try:
            asyncio.run(self._listen(ready, signals=threading.current_thread() is threading.main_thread()))
        except OSError as error:
            raise self._refusal(error) from error

    def _run_in_thread(self) -> None:
        try:
            asyncio.run(self._listen(self._settled.set, signals=False))
        except OSError as error:
            self._failure = error
        finally:
            self._settled.set()

    async def _listen(self, ready: Callable[[], None], *, signals: bool) -> None:
        from azserve.emulator.app import LocalAzureApp
        from azserve.emulator.protocol import listen

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if signals:
            for number in (signal.SIGINT, signal.SIGTERM):
                with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C comes as KeyboardInterrupt there
                    self._loop.add_signal_handler(number, self._stop.set)

        def bound(port: int) -> None:
            self._bound = port
            self._running_site.restore(port)
            ready()

        try:
            app = LocalAzureApp(self._running_site)
            context = self._make_certificates()
            await listen(app, host=self._host, port=self._port, ready=bound, stop=self._stop, tls=context)
        finally:
            self._bound = self._loop = self._stop = None
            if self._certificates is not None:
                self._certificates.remove()
                self._certificates = None
            if self._running_site.journal is not None:
                self._running_site.journal.close()

    def _make_certificates(self) -> ssl.SSLContext | None:
        if not self._tls:
            return None
        from azserve.emulator.tls import make_certificates

        self._certificates = make_certificates(self._host, roots=self._roots)
        return self._certificates.server

    @property
    def _running_site(self) -> Site:
        if self._site is None:
            raise EmulatorError("the emulator is not running", hint="start it first")
        return self._site

    def _make_site(self) -> Site:
        from azserve.emulator.journal import Journal
        from azserve.emulator.scenarios import ScenarioError
        from azserve.emulator.site import Site

        journal = Journal(self._state) if self._state is not None else None
        if journal is not None and journal.begun:
            self.identity_header = journal.identity
        try:
            return Site(
                parts=default_parts(self._upstream),
                clock=Clock(speed=self._speed, start=journal.resumes_at(datetime.now(UTC)) if journal else None),
                journal=journal,
                scenario_name=self._scenario,
                seed=self._seed,
                subscriptions=(self.subscription,),
                tenant=self.tenant,
                identity_secret=self.identity_header,
            )
        except ScenarioError as error:
            raise EmulatorError(error.message, hint=error.hint) from error

    def _refusal(self, error: OSError | None) -> EmulatorError:
        """Say why the address cannot be listened on."""
        if error is None:
            return EmulatorError("the emulator did not start in time", hint="try again when the machine is less busy")
        if error.errno == errno.EADDRINUSE:
            return EmulatorError(
                f"port `{self._port}` of `{self._host}` is taken",
                hint="stop what uses it, perhaps another emulator, or choose another with `--port` (0 is any free one)",
            )
        return EmulatorError(
            f"the emulator cannot listen on `{self._host}` port `{self._port}`: {error.strerror or error}",
            hint="choose another address with `--host` and `--port`",
        )

    def _say(self, line: str) -> None:
        if self._log is not None:
            self._log(line)


def default_parts(upstream: Upstream | None = None) -> Parts:
    """Return the shipped providers, scenarios and model, or the model of another server."""
    from azserve.emulator import providers, scenarios
    from azserve.emulator.arm.deployments.provider import PROVIDER as DEPLOYMENTS
    from azserve.emulator.inference.app import serve
    from azserve.emulator.site import Parts

    return Parts(
        offer=lambda scenario: (DEPLOYMENTS, *providers.offered(scenario)),
        resolve_host=providers.resolve_host,
        serve_model=partial(serve, upstream=upstream),
        load_scenario=scenarios.load,
        expand_scenario=scenarios.expand,
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
