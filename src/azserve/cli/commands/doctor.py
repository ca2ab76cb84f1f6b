from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem


@click.command(cls=Verb, example="azserve doctor\nazserve doctor -e prod -o json")
@click.pass_obj
def doctor(app: App) -> ExitCode:
    """Check sign-in, rights, providers, network, clock and pipeline identity; writes nothing to Azure.

    Exit 4 where the sign-in or an action is missing, 1 where anything else failed.
    """
    from azserve.verbs.doctor import DoctorRequest
    from azserve.verbs.doctor import doctor as run

    settings = app.settings()
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(DoctorRequest(settings, app.catalogue(), app.environ), azure, app.now, progress)
    failed = result.failed()
    if not failed:
        return app.answer(result)
    problems = tuple(Problem(f"doctor-{each.area}", f"{each.name}: {each.found}", hint=each.hint) for each in failed)
    signing = result.failed("sign-in", "rights")
    return app.answer(result, code=ExitCode.SIGN_IN if signing else ExitCode.CHECKS_FAILED, problems=problems)
