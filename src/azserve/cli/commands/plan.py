from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode


@click.command(cls=Verb, example="azserve plan\nazserve plan -e prod --strict -o json")
@click.option("--strict", is_flag=True, help="Refuse where there is a warning: a retirement in the past, above all.")
@click.option("--on-unknown", type=click.Choice(["fail", "warn", "try"]), default="warn", show_default=True,
              help="What to do where nobody knows whether an endpoint fits.")  # fmt: skip
@click.option("--prune", is_flag=True, help="Plan to delete what the fleet has and the file no longer asks for.")
@click.pass_obj
def plan(app: App, *, strict: bool, on_unknown: str, prune: bool) -> ExitCode:
    """Show where the fleet can go and what a deploy would do; writes nothing to Azure."""
    from azserve.planning.choosing import OnUnknown
    from azserve.verbs.plan import PlanRequest
    from azserve.verbs.plan import plan as run

    settings = app.settings()
    request = PlanRequest(settings, app.catalogue(), OnUnknown(on_unknown), prune=prune, strict=strict)
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(request, azure, app.now, progress)
    return app.answer(result)
