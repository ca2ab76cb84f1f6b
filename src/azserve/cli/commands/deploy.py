from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode


@click.command(cls=Verb, example="azserve deploy\nazserve deploy -e prod --plan plan.json --receipt receipt.json")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Carry out this plan of `plan --out`, and refuse where files or facts moved since.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--fast", is_flag=True, help="Write without asking ARM to validate first.")
@click.option("--prune", is_flag=True, help="Delete what the fleet has and the file no longer asks for.")
@click.option("--strict", is_flag=True, help="Refuse where there is a warning.")
@click.option("--on-unknown", type=click.Choice(["fail", "warn", "try"]), default="warn", show_default=True,
              help="What to do where nobody knows whether an endpoint fits.")  # fmt: skip
@click.option("--wait", "wait_s", type=click.IntRange(min=1), default=3600, show_default=True, metavar="SECONDS",
              help="How long to wait for Azure; exit 8 when it takes longer.")  # fmt: skip
@click.option("--receipt", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write what was done, as JSON.")  # fmt: skip
@click.pass_obj
def deploy(
    app: App, *, plan_file: Path | None, dry_run: bool, fast: bool, prune: bool, strict: bool, on_unknown: str,
    wait_s: int, receipt: Path | None,
) -> ExitCode:  # fmt: skip
    """Create or update everything the file describes; regions side by side, unchanged ones left alone.

    Exit 5 where the need cannot be met, or Azure's own validation would refuse a region: nothing was written then.
    """
    from azserve.cli.plans import read_plan
    from azserve.cli.receipts import problems_of, require_writable, write_receipt
    from azserve.deploying import exit_code
    from azserve.planning.choosing import OnUnknown
    from azserve.verbs.deploy import DeployRequest
    from azserve.verbs.deploy import deploy as run
    from azserve.verbs.plan import PlanRequest
    from azserve.verbs.saved_plan import saved_plan

    if plan_file and (prune or strict):
        raise click.UsageError("`--plan` brings its own `--prune` and `--strict`: it was made with or without them")
    saved = saved_plan(read_plan(plan_file)) if plan_file else None
    settings = app.settings()
    plan = PlanRequest(
        settings,
        app.catalogue(),
        saved.on_unknown if saved else OnUnknown(on_unknown),
        prune=saved.prune if saved else prune,
        strict=saved.strict if saved else strict,
    )
    request = DeployRequest(plan, saved, dry_run=dry_run, validates=not fast, deadline_s=wait_s)
    if receipt and not dry_run:
        require_writable(receipt)
    with app.azure(settings) as azure, app.progress() as progress:
        result = run(request, azure, app.now, progress)
    if result.receipt is None:
        return app.answer(result)
    if receipt:
        write_receipt(receipt, result.receipt)
    return app.answer(result, code=exit_code(result.receipt), problems=problems_of(result.receipt))
