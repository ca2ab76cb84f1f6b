from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from azserve.cli.app import FOLDER, App, Verb
from azserve.cli.numbers import FiniteRange
from azserve.errors import Bug, ExitCode, Problem

DEMO_SPEED = 3.0
"""Fast enough to watch, slow enough to see that a deployment takes time."""
EXAMPLE = "deepseek-r1.yaml"
FOREIGN = ("AZURE_", "AZSERVE_", "IDENTITY_", "MSI_", "ARM_")
"""Variables of the user's own Azure; the demo must not be led there, nor tripped up by them."""


@click.command(cls=Verb, example="azserve demo\nazserve demo --out demo -o json")
@click.option("--out", type=FOLDER, metavar="DIR",
              help="Keep the rendered files and receipt.json there.")  # fmt: skip
@click.option("--speed", type=FiniteRange(min=0.1, max=1000), default=DEMO_SPEED, show_default=True,
              help="How fast the local Azure's clock runs.")  # fmt: skip
@click.pass_obj
def demo(app: App, *, out: Path | None, speed: float) -> ExitCode:
    """Run the whole line on the embedded local Azure: the seed's DeepSeek-R1 in three regions, and DeepSeek-V3.2."""
    from azserve.emulator.server import Emulator

    with Emulator(speed=speed) as local, _environment(local.environment()) as environ:
        return _demo(app, environ, out)


def _demo(app: App, environ: Mapping[str, str], out: Path | None) -> ExitCode:
    from azserve.cli.receipts import problems_of, write_receipt
    from azserve.cli.wiring import connect
    from azserve.config import ConfigRequest, load
    from azserve.deploying import exit_code
    from azserve.verbs.demo import DemoRequest
    from azserve.verbs.demo import demo as run

    catalogue = app.catalogue()
    settings = load(ConfigRequest(catalogue, _example(), environ=environ))
    app.streams.say(f"azserve demo: {EXAMPLE} on the embedded local Azure, no account needed\n")
    with connect(settings, environ) as azure, app.progress() as progress:
        result = run(DemoRequest(settings, catalogue, out), azure, app.now, progress)
    receipt = result.deploy.receipt
    assert receipt is not None
    if out:
        write_receipt(out / "receipt.json", receipt)
    problems = problems_of(receipt)
    if not problems and not result.smoke.passed:
        problems = (Problem("smoke-failed", "a required probe failed", hint="the table says which, and why"),)
        return app.answer(result, code=ExitCode.CHECKS_FAILED, problems=problems)
    return app.answer(result, code=exit_code(receipt), problems=problems)


@contextmanager
def _environment(local: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Put the local Azure's variables in the place of the user's while the block runs.

    The real ManagedIdentityCredential reads the process's environment, so a mapping of our own would not do.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith(FOREIGN):
            del os.environ[name]
    os.environ.update(local)
    try:
        yield dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _example() -> Path:
    """Return the seed's file, from an installed wheel or from a checkout."""
    package = Path(__file__).parents[2]
    for folder in (package / "_examples", package.parents[1] / "examples"):
        if (folder / EXAMPLE).is_file():
            return folder / EXAMPLE
    raise Bug(f"`{EXAMPLE}` is not where this installation should have it", where=str(package))
