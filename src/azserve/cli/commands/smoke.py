from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem
from azserve.model.finding import Finding

FILE = click.Path(path_type=Path, dir_okay=False)


EXAMPLE = """\
azserve smoke
azserve smoke --probe chat --probe stream --region eastus2
azserve smoke --receipt receipt.json"""


@click.command(cls=Verb, example=EXAMPLE)
@click.option("--probe", "probes", multiple=True, metavar="NAME", help="Only this probe, required; may be repeated.")
@click.option("--list", "list_only", is_flag=True, help="List the probes and stop.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only there; may be repeated.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="KEY", help="Only this one; may be repeated.")
@click.option("--junit", type=FILE, metavar="FILE", help="Write the findings as JUnit XML.")
@click.option("--markdown", type=FILE, metavar="FILE", help="Write a summary; GitHub's own gets it by itself.")
@click.option("--lock", type=FILE, metavar="FILE", help="Record what is supported; later, fail where that changed.")
@click.option(
    "--receipt",
    type=FILE,
    metavar="FILE",
    help="Ask the endpoints of a deploy's receipt, from where they can be reached; of ARM, keys at most.",
)
@click.pass_obj
def smoke(
    app: App,
    *,
    probes: tuple[str, ...],
    list_only: bool,
    regions: tuple[str, ...],
    endpoints: tuple[str, ...],
    junit: Path | None,
    markdown: Path | None,
    lock: Path | None,
    receipt: Path | None,
) -> ExitCode:
    """Ask each endpoint questions and check the answers; exit 1 when a required probe fails.

    An endpoint that `smoke: {from: private}` says cannot be reached from here is unknown, not dead, and what is
    required of it is not proved. `azserve smoke --receipt FILE` proves it on a machine of its network: the receipt of
    `azserve deploy` says what stands, ARM is asked for keys alone (for nothing where `sign_in` is entra), and what
    cannot be reached from there has failed. A receipt never holds a key.
    """
    from azserve.cli.reports import report_smoke, write_report
    from azserve.verbs.receipt_file import read_receipt
    from azserve.verbs.smoke import SmokeRequest, held_against, list_probes, read_locked, require_probes
    from azserve.verbs.smoke import smoke as run
    from azserve.verbs.standing import selection

    if list_only:
        return app.answer(list_probes(app.settings_for_nothing()))
    settings = app.settings()
    stands = read_receipt(receipt, settings) if receipt else None
    if stands and settings.subscription is None:
        settings = replace(settings, subscription=stands.subscription)
    request = SmokeRequest(
        settings, app.catalogue(), selection(app.regions(regions), endpoints), probes, receipt=stands
    )
    require_probes(request)
    locked = read_locked(lock) if lock else None
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(request, azure, app.now, progress)
    unwritten = report_smoke(app.streams, result, junit=junit, markdown=markdown)
    problems = tuple(_problem(each) for each in result.findings if each.required and not each.outcome.passes)
    if lock:
        held = held_against(result, locked, lock, whole=not (regions or endpoints))
        problems += held.problems
        if held.text is not None:
            unwritten += write_report(lock, held.text)
    code = ExitCode.CHECKS_FAILED if problems else ExitCode.CONFIGURATION if unwritten else ExitCode.DONE
    return app.answer(result, code=code, problems=problems + unwritten)


def _problem(finding: Finding) -> Problem:
    message = f"probe `{finding.probe}`: {finding.message}"
    where = f"{finding.region}/{finding.endpoint}"
    return Problem(finding.code or "probe-failed", message, hint=finding.hint, where=where)
