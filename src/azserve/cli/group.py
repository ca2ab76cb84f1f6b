"""The root command: a table of verbs, each imported only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

EXIT_CODES = """\b
Exit codes:
  0  done
  1  checks failed (smoke, drift, lint)
  2  usage
  3  configuration
  4  sign-in or permission
  5  refused before any write (quota, region, lifecycle, policy)
  6  some regions done, some not
  7  Azure failed everywhere
  8  still running when the wait ended
  9  another run holds the fleet
 70  our bug
130  interrupted"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One verb, as far as `--help` needs to know it."""

    module: str
    help: str


VERBS: Mapping[str, Entry] = {
    "demo": Entry("demo", "Run the whole line on the embedded local Azure, with no account."),
    "init": Entry("init", "Write a starter azserve.yaml."),
    "validate": Entry("validate", "Check the file, offline."),
    "models": Entry("models", "Show what is known of models: versions, skus, lifecycle, regions, prices."),
    "regions": Entry("regions", "Show which regions can take the fleet, or one model, and why."),
    "quota": Entry("quota", "Show limit, use and demand of each quota pool per region."),
    "cost": Entry("cost", "Show what the fleet costs: per chat, idle, and for a smoke run."),
    "render": Entry("render", "Write ARM and Bicep per region; no sign-in, no network."),
    "templates": Entry("templates", "Copy the template set; show the api-versions in use."),
    "plan": Entry("plan", "Show where the fleet can go and what a deploy would do."),
    "matrix": Entry("matrix", "Print the chosen regions as a JSON matrix for CI."),
    "deploy": Entry("deploy", "Create or update everything the file describes."),
    "status": Entry("status", "Show every endpoint in every region, drift included."),
    "info": Entry("info", "Show the model information of each endpoint."),
    "snippet": Entry("snippet", "Write client code for a deployed endpoint, ready to run."),
    "keys": Entry("keys", "List the keys of each endpoint, masked."),
    "chat": Entry("chat", "Talk to one endpoint, streaming; thinking apart from the answer."),
    "smoke": Entry("smoke", "Ask each endpoint questions and check the answers."),
    "destroy": Entry("destroy", "Remove what this fleet and environment made."),
    "doctor": Entry("doctor", "Check sign-in, rights, providers, network and clock."),
    "emulator": Entry("emulator", "Run the local Azure."),
}


class Root(click.Group):
    """`azserve`."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name=name,
            help="Put AI models on Azure in several regions, and know that they work.\n\n"
            "Start with `azserve demo`, which needs no account, then `azserve init`.",
            epilog=EXIT_CODES,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )
        self.params.append(_version_option())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one verb."""
        entry = VERBS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"azserve.cli.commands.{entry.module}")
        command: click.Command = getattr(module, entry.module)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, with a suggestion for a mistyped one."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"there is no verb `{args[0]}`{meant}", ctx)
        return super().resolve_command(ctx, args)

    def verb_of(self, argv: Sequence[str]) -> str:
        """Return the verb a command line is about as documents spell it, `keys-list`; `azserve` where it names none."""
        first, *rest = argv or ("",)
        if first not in VERBS:
            return self.name or ""
        command = self.get_command(click.Context(self), first)
        below = command.commands if isinstance(command, click.Group) else {}
        return f"{first}-{rest[0]}" if rest and rest[0] in below else first

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in VERBS.items()])


def _version_option() -> click.Option:
    def show(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  click's own signature
        if wanted:
            from azserve import __version__

            click.echo(f"azserve {__version__}")
            ctx.exit()

    return click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=show,
        help="Print the version and exit.",
    )
