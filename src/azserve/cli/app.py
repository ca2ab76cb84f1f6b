"""What every command has at hand: its common options, the file, Azure, and a way to answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from azserve.cli.speak import say_problems
from azserve.cli.streams import Streams
from azserve.errors import ExitCode, Problem

if TYPE_CHECKING:
    from azserve.config import ConfigRequest
    from azserve.model.catalogue import Catalogue
    from azserve.model.names import Region
    from azserve.model.progress import Progress
    from azserve.model.settings import Settings
    from azserve.reporting.blocks import Block
    from azserve.surveying.reads import Keeper
    from azserve.verbs.ports import AzurePorts


class Folder(click.Path):
    """A folder that has a name: an empty one, as an unset variable of a shell leaves, is not the current folder."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Return the path; fails for an empty one."""
        if value == "":
            self.fail("an empty name is no folder; write `.` for the current one", param, ctx)
        return super().convert(value, param, ctx)


Callback = TypeVar("Callback", bound=Callable[..., Any])
FOLDER: Final = Folder(path_type=Path, file_okay=False)


@dataclass(frozen=True, slots=True)
class CommonOptions:
    """The options accepted after every verb."""

    config: Path | None
    environment: str | None
    cloud: str | None
    output: str
    query: str | None
    quiet: bool
    verbose: bool
    debug: bool
    colour: bool


COMMON = (
    click.Option(["-c", "--config"], type=click.Path(path_type=Path), metavar="FILE",
                 help="The file to work from.  [default: azserve.yaml, or AZSERVE_CONFIG]"),
    click.Option(["-e", "--env", "environment"], metavar="NAME", help="The environment of the file."),
    click.Option(["--cloud"], metavar="CLOUD", help="public, usgov, china, local or a URL.  [default: public]"),
    click.Option(["-o", "--output"], type=click.Choice(["table", "json", "yaml", "tsv"]), default="table",
                 envvar="AZSERVE_OUTPUT", show_default=True, help="How to print the result."),
    click.Option(["--query"], metavar="JMESPATH", help="Print only what this finds in the result."),
    click.Option(["-q", "--quiet"], is_flag=True, help="No progress."),
    click.Option(["-v", "--verbose"], is_flag=True, help="More progress."),
    click.Option(["--debug"], is_flag=True, help="Tracebacks and Azure's raw answers."),
    click.Option(["--no-color"], is_flag=True, help="No colour; NO_COLOR does the same."),
)  # fmt: skip


def freshness(command: Callback) -> Callback:
    """Add `--max-age` and `--refresh`, alike after every verb that only looks."""
    age = click.option("--max-age", type=click.IntRange(min=0), default=300, show_default=True, metavar="SECONDS",
                       help="Answer from lists read less than so long ago; a no is always asked again.")  # fmt: skip
    return age(click.option("--refresh", is_flag=True, help="Ask Azure for everything, as --max-age 0.")(command))


class Verb(click.Command):
    """A command with the common options; its callback gets an `App` and answers with an exit code."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:  # noqa: ANN401  click's own
        if example:
            kwargs["epilog"] = "\b\nExample:\n" + "\n".join(f"  {line}" for line in example.splitlines())
        super().__init__(*args, **kwargs)
        self.params.extend(COMMON)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own
        """Turn the common options into an App and hand over."""
        given = ctx.params
        options = CommonOptions(
            config=given.pop("config"),
            environment=given.pop("environment"),
            cloud=given.pop("cloud"),
            output=given.pop("output"),
            query=given.pop("query"),
            quiet=given.pop("quiet"),
            verbose=given.pop("verbose"),
            debug=given.pop("debug"),
            colour=not given.pop("no_color"),
        )
        if options.query:
            from azserve.reporting.voices import compiled

            compiled(options.query)  # a mistake in it is told before anything is done, not after
        streams = ctx.find_root().obj
        assert isinstance(streams, Streams)
        path = ctx.command_path.split()[1:]
        ctx.obj = App(verb="-".join(path), options=options, streams=streams)
        return super().invoke(ctx)


@dataclass(frozen=True, slots=True)
class App:
    """One command's surroundings."""

    verb: str
    options: CommonOptions
    streams: Streams
    noted: list[Problem] = field(default_factory=list)
    """Warnings met on the way, printed with the answer."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The process's environment."""
        return self.streams.environ

    def now(self) -> datetime:
        """The time, with its zone."""
        return datetime.now(UTC)

    def catalogue(self) -> Catalogue:
        """What is published about models and regions."""
        from azserve.catalogue import load_catalogue

        return load_catalogue()

    def settings(self) -> Settings:
        """Resolve file, environment and flags; raises ConfigurationError with every problem.

        What is odd about the file but not wrong goes to stderr, and into the document as a warning.
        """
        from azserve.config import load

        settings = load(self.config_request())
        self.noted.extend(settings.warnings)
        return settings

    def settings_for_nothing(self) -> Settings:
        """Return the file's settings where there is a file, else what environment and flags say by themselves."""
        from azserve.config.ad_hoc import no_fleet

        request = self.config_request()
        return self.settings() if request.file.exists() or self.options.config else no_fleet(request)

    def regions(self, given: tuple[str, ...]) -> tuple[Region, ...]:
        """Return regions that a person typed; raises UsageError for one that there is not."""
        from azserve.config.vocabulary import nearest
        from azserve.errors import UsageError
        from azserve.model.names import region

        known = self.catalogue().regions
        for each in given:
            if region(each) not in known:
                near = nearest(each, list(known))
                meant = f"did you mean `{near}`?" if near else "`azserve regions --model MODEL` lists all there are"
                raise UsageError(f"no region `{each}` is known", code="unknown-region", hint=meant)
        return tuple(region(each) for each in given)

    def config_request(self) -> ConfigRequest:
        """What `config` is asked."""
        from azserve.config import ConfigRequest

        flags = {"cloud": self.options.cloud} if self.options.cloud else {}
        return ConfigRequest(
            path=self.options.config,
            environment=self.options.environment,
            flags=flags,
            environ=self.environ,
            catalogue=self.catalogue(),
        )

    @contextmanager
    def azure(self, settings: Settings, *, answer_within_s: float | None = None) -> Iterator[AzurePorts]:
        """Sign in and yield the ports; nothing is asked of Azure until a port is used."""
        from azserve.cli.wiring import connect

        with connect(settings, self.environ, answer_within_s=answer_within_s) as ports:
            yield ports

    def keeper(self, settings: Settings, max_age_s: int) -> Keeper | None:
        """What may answer for Azure from the user's cache folder; nothing for a local cloud: its worlds come and go."""
        from datetime import timedelta

        from azserve.model.settings import Cloud
        from azserve.surveying.cache import FolderKeeper, cache_folder

        if settings.cloud.cloud is Cloud.LOCAL:
            return None
        age = timedelta(seconds=max_age_s)
        return FolderKeeper(cache_folder(self.environ), settings.cloud.manager, self.now, age)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Tell of progress on stderr while the block runs."""
        from azserve.cli.progress import told

        options = self.options
        colour = self.streams.colour(self.streams.err, wanted=options.colour)
        with told(self.streams, quiet=options.quiet, verbose=options.verbose or options.debug, colour=colour) as tell:
            yield tell

    def answer(
        self,
        result: object,
        *,
        code: ExitCode = ExitCode.DONE,
        problems: tuple[Problem, ...] = (),
        view: Callable[[Any], tuple[Block, ...]] | None = None,
        reveal: bool = False,
    ) -> ExitCode:
        """Print a result in the form asked for, problems to stderr; returns `code`.

        `view` replaces the usual table; `reveal` prints secrets in the clear.
        """
        from azserve.reporting.voices import Output

        ok = code is ExitCode.DONE
        problems = (*self.noted, *problems)
        match Output(self.options.output):
            case Output.JSON | Output.YAML:
                self.streams.write(self._document(result, problems, ok=ok, reveal=reveal))
            case Output.TABLE | Output.TSV:
                self.streams.write(self._text(result, view=view, reveal=reveal))
        self.remark(problems)
        return code

    def remark(self, problems: tuple[Problem, ...]) -> None:
        """Print problems to stderr, where there are any."""
        if problems:
            colour = self.streams.colour(self.streams.err, wanted=self.options.colour)
            say_problems(self.streams, problems, colour=colour)

    def _document(self, result: object, problems: tuple[Problem, ...], *, ok: bool, reveal: bool) -> str:
        from azserve.reporting.plain import envelope, plain
        from azserve.reporting.voices import Output, data, query

        value = plain(result, reveal=reveal)
        if self.options.query:
            value = query(value, self.options.query)
        unicode = self.streams.unicode(self.streams.out)
        return data(envelope(self.verb, value, problems, ok=ok), Output(self.options.output), unicode=unicode)

    def _text(self, result: object, *, view: Callable[[Any], tuple[Block, ...]] | None, reveal: bool) -> str:
        from azserve.reporting.plain import plain
        from azserve.reporting.voices import Output, data, query, text, tsv

        output = Output(self.options.output)
        if self.options.query:
            return data(query(plain(result, reveal=reveal), self.options.query), output)
        if view is None:
            from azserve.reporting.views import view as usual

            view = usual
        blocks = view(result)
        if output is Output.TSV:
            return tsv(blocks)
        out = self.streams.out
        return text(
            blocks,
            width=self.streams.width(out),
            colour=self.streams.colour(out, wanted=self.options.colour),
            unicode=self.streams.unicode(out),
        )
