"""Views that client code is drawn from, and every pair of language and client that there are templates for."""

from __future__ import annotations

from collections.abc import Iterator

from azserve.model.catalogue import Route
from azserve.model.snippet import Client, Language, SnippetTask
from azserve.rendering.snippets import SnippetView, draw_snippet

ROUTES = {
    Client.AZURE_AI_INFERENCE: (Route.SERVERLESS, Route.MODELS),
    Client.OPENAI: (Route.OPENAI_V1,),
}
PAIRS = [
    (language, client)
    for language in Language
    for client in Client
    if (language, client) != (Language.CSHARP, Client.OPENAI)
]


def view(
    task: SnippetTask, route: Route, *, signs_in: bool = False, system: bool = True, thinks: bool = True,
    model: str = "r1", address: str = "https://r1.example", head: tuple[str, ...] = ("Talks.", "", "Needs: nothing"),
) -> SnippetView:  # fmt: skip
    return SnippetView(
        task=task,
        route=route,
        address=address,
        model=None if route is Route.SERVERLESS else model,
        key_variable="AZURE_INFERENCE_CREDENTIAL",
        audience="https://ml.azure.com",
        signs_in=signs_in,
        system=system,
        thinks=thinks,
        head=head,
    )


def tasks(client: Client) -> list[SnippetTask]:
    return [task for task in SnippetTask if client is Client.AZURE_AI_INFERENCE or task is not SnippetTask.INFO]


def drawn(language: Language, *, model: str = "r1", address: str = "https://r1.example",
          head: tuple[str, ...] = ("Talks.", "", "Needs: nothing")) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Yield (what it is, program) for every shape of every program of a language."""
    for client in (client for each, client in PAIRS if each is language):
        for task in tasks(client):
            for route in ROUTES[client]:
                for signs_in in (False, True):
                    for spare in (False, True):
                        shape = view(task, route, signs_in=signs_in, system=not spare, thinks=not spare, model=model,
                                     address=address, head=head)  # fmt: skip
                        yield f"{task} {route} {signs_in} {spare}", draw_snippet(language, client, shape)
