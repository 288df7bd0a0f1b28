"""The commands of `unleak`, loaded one at a time."""

import importlib
import io
import sys

import click
from click.shell_completion import CompletionItem

from unleak import __version__
from unleak.cli.extras import need_server
from unleak.cli.saying import say_plainly, without_secrets
from unleak.model.errors import Misuse

COMMANDS = {
    "scan": "Find AWS keys in files, history, staged changes or standard input.",
    "detectors": "What `unleak scan` looks for, and what to do about it.",
    "inspect": "Whose key is this, and what may it do?",
    "respond": "Contain a leaked key, and prove it.",
    "investigate": "What did this key do, and every credential that came from it?",
    "review": "What stands in the account, in every region: by the incident, since, or older?",
    "evict": "Take out what the attacker put in, each change shown before.",
    "rotate": "Give those who use the key a new one, wait, then switch the old one off.",
    "data": "What did this key read, write and delete, and what was there before?",
    "bill": "What does the leak cost, and what stands behind it?",
    "purge": "Take the key out of the source and of its history, and prove it.",
    "incident": "List, show, report, approve, undo.",
    "serve": "Hear of leaks and respond: hooks for senders, an API for people and programs.",
    "watch": "Follow an owner's pushes at GitHub, scan and respond.",
    "token": "Tokens for the API of `unleak serve`.",
    "worker": "Look after every incident: act, look again, lift.",
    "notify": "Tell people: does each channel work?",
    "drill": "Attack ourselves: first it must succeed, then it must fail.",
    "demo": "The whole way on an embedded AWS, in half a minute.",
    "standin": "Run the embedded AWS.",
    "hook": "What git runs before a push goes out or comes in.",
    "schema": "What programs can rely on: the JSON Schema of each document.",
    "setup": "What unleak needs in AWS, at GitHub and in a repository; would it work tonight?",
}


REMOTE = ("incident", "respond", "investigate", "review", "data", "bill", "rotate")
"""What a service does in our place, with --server."""
_WHERE_THE_RECORD_IS = ("evict", "worker", "serve", "watch", "token", "notify")


class LazyGroup(click.Group):
    """Knows every command by name; imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        room = "unleak.cli"
        if ctx.params.get("server"):
            room = _room_of(cmd_name)
        command: click.Command = importlib.import_module(f"{room}.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Without importing any command."""
        named = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _room_of(command: str) -> str:
    if command in _WHERE_THE_RECORD_IS:
        raise Misuse(
            f"`unleak {command}` works where the record is", "run it there, without --server and UNLEAK_SERVER"
        )
    if command not in REMOTE:
        return "unleak.cli"
    need_server()
    return "unleak.cli.remote"


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="unleak")
@click.option(
    "--server", envvar="UNLEAK_SERVER", default="", metavar="URL",
    help=f"Have a service do it ({', '.join(REMOTE)}), with the token in UNLEAK_TOKEN.",
)  # fmt: skip
def unleak(server: str) -> None:
    """Find a leaked AWS key, stop it, prove that it is stopped, show what it did.

    \b
    I have just leaked a key:    unleak scan .     then    unleak respond AKIA... --secret-from .
    I only have its id:          unleak inspect AKIA...
    I want to see it work:       unleak demo

    Exit codes: 0 nothing found or nothing left to do, 1 findings or a person is needed, 2 misuse, 3 could not look.
    """
    del server  # read where a command is looked up


def run() -> None:
    """As the command line says. Ends the process with its exit code, or raises what is ours to tell."""
    try:
        unleak.main(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as misuse:
        said = io.StringIO()
        misuse.show(said)
        say_plainly(without_secrets(said.getvalue()).removesuffix("\n"))
        sys.exit(2)
    except click.Abort:
        raise KeyboardInterrupt from None
