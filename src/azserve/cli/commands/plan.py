from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import App, Verb, freshness
from azserve.errors import ExitCode


@click.command(
    cls=Verb, example="azserve plan\nazserve plan -e prod --strict --out plan.json\nazserve plan --fast -o json"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the plan, for `deploy --plan FILE`.")  # fmt: skip
@click.option("--fast", is_flag=True, help="Ask ARM for neither validate nor what-if.")
@click.option("--strict", is_flag=True, help="Refuse where there is a warning: a retirement in the past, above all.")
@click.option("--on-unknown", type=click.Choice(["fail", "warn", "try"]), default="warn", show_default=True,
              help="What to do where nobody knows whether an endpoint fits.")  # fmt: skip
@click.option("--prune", is_flag=True, help="Plan to delete what the fleet has and the file no longer asks for.")
@freshness
@click.pass_obj
def plan(
    app: App, *, out: Path | None, fast: bool, strict: bool, on_unknown: str, prune: bool, max_age: int, refresh: bool
) -> ExitCode:
    """Show where the fleet can go and what a deploy would do; writes nothing to Azure.

    Exit 5 where the need cannot be met, or Azure's own validation would refuse a region.
    """
    from azserve.catalogue.prices import load_prices
    from azserve.cli.plans import write_plan
    from azserve.planning.choosing import OnUnknown
    from azserve.verbs.plan import PlanRequest, prepare, reviewed
    from azserve.verbs.rehearse import problems_of
    from azserve.verbs.saved_plan import saved

    settings = app.settings()
    request = PlanRequest(settings, app.catalogue(), OnUnknown(on_unknown), prune=prune, strict=strict)
    with app.azure(settings) as azure, app.progress() as progress:
        prepared = prepare(request, azure, app.now, progress, app.keeper(settings, 0 if refresh else max_age))
        result = reviewed(prepared, request, load_prices(), None if fast else azure.rehearsal, progress)
    if out:
        write_plan(out, saved(prepared, request))
    refused = any(one.refused for one in result.rehearsed)
    code = ExitCode.REFUSED if refused else ExitCode.DONE
    return app.answer(result, code=code, problems=problems_of(result.rehearsed))
