from __future__ import annotations

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, Problem, Severity


@click.command(cls=Verb, example="azserve cost\nazserve cost --chats 100000 --prompt-tokens 2000 --currency EUR")
@click.option("--chats", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N",
              help="Price so many chats.")  # fmt: skip
@click.option("--prompt-tokens", type=click.IntRange(min=0), default=500, show_default=True, metavar="N",
              help="Of one chat.")  # fmt: skip
@click.option("--completion-tokens", type=click.IntRange(min=0), default=1000, show_default=True, metavar="N",
              help="Of one chat, thinking included.")  # fmt: skip
@click.option("--currency", default="USD", show_default=True, metavar="CODE", help="As the price list spells it.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="There instead; may be repeated.")
@click.option("--offline", is_flag=True, help="Prices as once read, each with its date; in US dollars only.")
@click.pass_obj
def cost(
    app: App,
    *,
    chats: int,
    prompt_tokens: int,
    completion_tokens: int,
    currency: str,
    regions: tuple[str, ...],
    offline: bool,
) -> ExitCode:
    """Show what the fleet costs: per chat, in an idle month, and at most for a smoke run; needs no sign-in."""
    from azserve.azure.prices import opened_prices
    from azserve.catalogue.prices import load_prices
    from azserve.model.prices import Chat
    from azserve.verbs.cost import CostRequest
    from azserve.verbs.cost import cost as run

    settings = app.settings()
    request = CostRequest(
        settings,
        app.catalogue(),
        load_prices(),
        app.now(),
        chat=Chat(prompt_tokens, completion_tokens),
        chats=chats,
        currency=currency.upper(),
        regions=app.regions(regions),
    )
    if offline:
        return app.answer(run(request))
    with opened_prices(settings.cloud) as prices:
        result = run(request, prices)
    problems = tuple(
        Problem("prices-unreadable", each, Severity.WARNING, hint="try again, or pass `--offline` for prices once read")
        for each in result.unreadable
    )
    return app.answer(result, problems=problems)
