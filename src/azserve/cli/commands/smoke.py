from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem


@click.command(cls=Verb, example="azserve smoke\nazserve smoke --probe chat --probe stream --region eastus2")
@click.option("--probe", "probes", multiple=True, metavar="NAME", help="Only this probe, required; may be repeated.")
@click.option("--list", "list_only", is_flag=True, help="List the probes and stop.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only there; may be repeated.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="KEY", help="Only this one; may be repeated.")
@click.pass_obj
def smoke(
    app: App, *, probes: tuple[str, ...], list_only: bool, regions: tuple[str, ...], endpoints: tuple[str, ...]
) -> ExitCode:
    """Ask each endpoint questions and check the answers; exit 1 when a required probe fails."""
    from azserve.verbs.smoke import SmokeRequest, list_probes
    from azserve.verbs.smoke import smoke as run
    from azserve.verbs.standing import selection

    if list_only:
        return app.answer(list_probes())
    settings = app.settings()
    request = SmokeRequest(settings, app.catalogue(), selection(regions, endpoints), probes)
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(request, azure, app.now, progress)
    if result.passed:
        return app.answer(result)
    problems = tuple(
        Problem(each.code or "probe-failed", each.message, hint=each.hint, where=f"{each.region}/{each.endpoint}")
        for each in result.findings
        if each.required and not each.outcome.passes
    )
    return app.answer(result, code=ExitCode.CHECKS_FAILED, problems=problems)
