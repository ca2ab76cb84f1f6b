from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from azserve.cli.app import App, Verb
from azserve.cli.numbers import FiniteRange
from azserve.errors import ExitCode, Severity

if TYPE_CHECKING:
    from azserve.chatting import Answered, Question
    from azserve.cli.screen import Screen
    from azserve.cli.transcripts import TranscriptFile
    from azserve.errors import Problem
    from azserve.verbs.chat import OpenTalk

FILE = click.Path(path_type=Path, dir_okay=False)
EXAMPLE = """\
azserve chat --endpoint r1
azserve chat --endpoint r1 "How many languages are in the world?"
git diff | azserve chat --endpoint v32 "Review this change." --file -
azserve chat --endpoint v32 --json -o json "Three colours, as JSON." """


@click.command(cls=Verb, example=EXAMPLE.rstrip())
@click.argument("question", required=False)
@click.option("--region", metavar="REGION", help="Where to talk to it.  [default: the first that it is in]")
@click.option("--endpoint", metavar="KEY", help="Whom to talk to; needed where the fleet has several.")
@click.option("--system", metavar="TEXT", help="What the model is told before all questions.")
@click.option("--file", "files", multiple=True, metavar="FILE",
              help="Send a text file along with the first question, `-` for stdin; may be repeated.")  # fmt: skip
@click.option("--image", "images", multiple=True, metavar="FILE|URL",
              help="Send an image along with the first question; may be repeated.")  # fmt: skip
@click.option("--json", "json_object", is_flag=True, help="Have it answer with a JSON object; exit 1 where it is none.")
@click.option("--save", type=FILE, metavar="FILE", help="Keep the conversation there, and go on with what is there.")
@click.option("--wait", "wait_s", type=FiniteRange(min=0, min_open=True), metavar="SECONDS",
              help="How long an answer may take.  [default: 1740, and 300 without a word]")  # fmt: skip
@click.pass_obj
def chat(
    app: App,
    *,
    question: str | None,
    region: str | None,
    endpoint: str | None,
    system: str | None,
    files: tuple[str, ...],
    images: tuple[str, ...],
    json_object: bool,
    save: Path | None,
    wait_s: float | None,
) -> ExitCode:
    """Talk to one endpoint, its answer streamed as it comes.

    With QUESTION it answers that. Without, it talks for as long as you like at a terminal, and elsewhere answers what
    it reads from stdin. On a terminal the thinking is shown dim before the answer; anywhere else stdout has the answer
    alone. Ctrl-C stops an answer; a second one, or Ctrl-D, leaves.
    """
    from azserve.chatting import Wishes
    from azserve.cli.asking import asked
    from azserve.cli.transcripts import TranscriptFile
    from azserve.verbs.chat import TalkRequest, open_talk
    from azserve.verbs.standing import selection

    streamed = app.options.output == "table" and not app.options.query
    person = question is None and streamed and app.streams.inp.isatty()
    first = asked(app.streams, None if person else question, files=files, images=images, person=person)
    kept = TranscriptFile(save) if save else None
    before = kept.read() if kept else None
    settings = app.settings()
    chosen = selection(app.regions((region,) if region else ()), (endpoint,) if endpoint else ())
    request = TalkRequest(settings, app.catalogue(), chosen, Wishes(system or None, json_object), before)
    with app.azure(settings, answer_within_s=wait_s) as azure, open_talk(request, azure, app.now) as opened:
        opened.talk.check(first)
        if person:
            return _with_person(app, opened, first, kept)
        if streamed:
            return _streamed(app, opened, first, kept)
        return _at_once(app, opened, first, kept)


def _with_person(app: App, opened: OpenTalk, first: Question, kept: TranscriptFile | None) -> ExitCode:
    """Talk until the person leaves."""
    from azserve.cli.session import Session

    app.remark((*app.noted, *opened.notes))
    endpoint, turns = opened.endpoint, len(opened.talk.transcript.turns)
    if not app.options.quiet:
        on = f" The conversation goes on after {turns} turn{'s' if turns != 1 else ''}." if turns else ""
        app.streams.say(f"{endpoint.region}/{endpoint.key}: {endpoint.model}.{on} /help for help, Ctrl-D to leave.\n")
    session = Session(
        app.streams,
        opened.talk,
        first=first,
        screen=lambda: _screen(app),
        remark=app.remark,
        told=lambda answered: _tell(app, opened, answered),
        save=lambda: _save(opened, kept),
    )
    session.run()
    return ExitCode.DONE


def _streamed(app: App, opened: OpenTalk, question: Question, kept: TranscriptFile | None) -> ExitCode:
    """Answer one question, each piece shown as it comes."""
    app.remark((*app.noted, *opened.notes))
    screen = _screen(app)
    try:
        answered = opened.talk.say(question, screen.show)
    finally:
        screen.end()
        app.remark(_save(opened, kept))
    _tell(app, opened, answered)
    app.remark(answered.remarks)
    return _code(answered)


def _at_once(app: App, opened: OpenTalk, question: Question, kept: TranscriptFile | None) -> ExitCode:
    """Answer one question in one document."""
    from azserve.verbs.chat import result_of

    saved: tuple[Problem, ...] = ()
    try:
        answered = opened.talk.say(question)
    finally:
        saved = _save(opened, kept)
    problems = (*opened.notes, *answered.remarks, *saved)
    return app.answer(result_of(opened, answered), code=_code(answered), problems=problems)


def _code(answered: Answered) -> ExitCode:
    wrong = any(each.severity is Severity.ERROR for each in answered.remarks)
    return ExitCode.CHECKS_FAILED if wrong else ExitCode.DONE


def _screen(app: App) -> Screen:
    from azserve.cli.screen import Screen

    return Screen(app.streams, colour=app.streams.colour(app.streams.out, wanted=app.options.colour))


def _tell(app: App, opened: OpenTalk, answered: Answered) -> None:
    """Say on stderr who answered, and what it took."""
    from azserve.reporting.views.chat import spent

    if app.options.quiet:
        return
    endpoint = opened.endpoint
    line = f"{endpoint.region}/{endpoint.key} {endpoint.model}: {spent(answered.answer)}"
    dim = app.streams.colour(app.streams.err, wanted=app.options.colour)
    app.streams.say(f"\x1b[2m{line}\x1b[22m\n" if dim else f"{line}\n")


def _save(opened: OpenTalk, kept: TranscriptFile | None) -> tuple[Problem, ...]:
    """Keep what was said, and return what is odd about it; where nothing was said or kept, no file comes of it."""
    if kept is None or not (opened.talk.transcript.turns or kept.path.exists()):
        return ()
    return kept.write(opened.talk.transcript)
