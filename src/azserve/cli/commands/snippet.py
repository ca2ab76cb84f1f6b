from __future__ import annotations

from pathlib import Path

import click

from azserve.cli.app import App, Verb
from azserve.errors import ExitCode, UsageError

LANGUAGES = ("python", "javascript", "csharp", "curl")
TASKS = ("info", "chat", "stream", "reasoning", "json", "tools", "image", "content-filter", "entra")
CLIENTS = ("azure-ai-inference", "openai")


@click.command(
    cls=Verb,
    example="azserve snippet python --endpoint r1 > chat.py\n"
    "azserve snippet javascript --task stream --endpoint v32 --out stream.mjs\n"
    "azserve snippet --list",
)
@click.argument("language", type=click.Choice(LANGUAGES), required=False, metavar="[python|javascript|csharp|curl]")
@click.option("--task", type=click.Choice(TASKS), default="chat", show_default=True, help="What the program shows.")
@click.option("--endpoint", metavar="KEY", help="The endpoint it talks to.  [default: the only one that can]")
@click.option("--region", metavar="REGION", help="Where.  [default: the first in which it stands]")
@click.option("--client", type=click.Choice(CLIENTS),
              help="What it is written with.  [default: openai where the endpoint has a route for it]")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write it there instead of to stdout.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that is there and different.")
@click.option("--list", "listing", is_flag=True, help="List the tasks and what a model needs for each.")
@click.pass_obj
def snippet(
    app: App,
    *,
    language: str | None,
    task: str,
    endpoint: str | None,
    region: str | None,
    client: str | None,
    out: Path | None,
    force: bool,
    listing: bool,
) -> ExitCode:
    """Write a program that talks to a deployed endpoint: complete, with its address, without its key.

    The key comes from the environment; the head of the program says which command fills it in.
    """
    from azserve.model.names import EndpointKey
    from azserve.model.snippet import Client, Language, SnippetTask
    from azserve.verbs.snippet import SnippetRequest, list_tasks
    from azserve.verbs.snippet import snippet as run

    if listing:
        return app.answer(list_tasks())
    if language is None:
        raise UsageError("there is no language to write in", hint=f"name one of {', '.join(LANGUAGES)}")
    settings = app.settings()
    request = SnippetRequest(
        settings,
        app.catalogue(),
        Language(language),
        SnippetTask(task),
        Client(client) if client else None,
        EndpointKey(endpoint) if endpoint else None,
        app.regions((region,))[0] if region else None,
        out,
        force,
        _common(app),
    )
    with app.azure(settings) as azure:
        result, problems = run(request, azure, app.now)
    if app.options.output != "table" or app.options.query or out:
        return app.answer(result, problems=problems)
    app.streams.write(result.snippet.program)
    return app.answer(result, problems=problems, view=lambda _: ())


def _common(app: App) -> tuple[str, ...]:
    """Return the options that led to this fleet, for a command that is to lead there again."""
    given = {"-c": app.options.config, "-e": app.options.environment, "--cloud": app.options.cloud}
    return tuple(word for option, value in given.items() if value is not None for word in (option, str(value)))
