"""`unleak`: the commands, loaded one at a time, since `unleak scan` is somebody's commit hook."""

import importlib
import io
import os
import sys

import click

from unleak import __version__
from unleak.cli.saying import say, without_secrets
from unleak.model.errors import UnleakError

COMMANDS = {
    "scan": "Find AWS keys in files, history, staged changes or standard input.",
    "detectors": "What `unleak scan` looks for, and what to do about it.",
    "inspect": "Whose key is this, and what may it do?",
    "respond": "Contain a leaked key, and prove it.",
    "incident": "List, show, report, approve, undo.",
    "drill": "Attack ourselves: first it must succeed, then it must fail.",
    "demo": "The whole way on an embedded AWS, in half a minute.",
    "standin": "Run the embedded AWS.",
    "hook": "What git runs before a push goes out or comes in.",
    "setup": "What unleak needs: permissions and where it keeps things.",
}

_OF_ONE_GO = (["scan"], ["hook"], ["setup"], ["detectors"])


class LazyGroup(click.Group):
    """Knows every command by name; imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"unleak.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="unleak")
def unleak() -> None:
    """Find a leaked AWS key, stop it, prove that it is stopped, show what it did.

    \b
    I have just leaked a key:    unleak scan .     then    unleak respond AKIA... --secret-from .
    I only have its id:          unleak inspect AKIA...
    I want to see it work:       unleak demo

    Exit codes: 0 nothing found or nothing left to do, 1 findings or a person is needed, 2 misuse, 3 could not look.
    """


def main() -> None:
    """Every error that is ours ends in a sentence, what to do next, and its exit code."""
    try:
        unleak.main(standalone_mode=False)
    except UnleakError as error:
        say(str(error))
        if error.hint:
            click.echo(f"  next: {without_secrets(error.hint)}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as misuse:
        said = io.StringIO()
        misuse.show(said)
        click.echo(without_secrets(said.getvalue()), err=True, nl=False)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        goes_on = "" if sys.argv[1:2] in _OF_ONE_GO else "; what was done is recorded, running again goes on from there"
        click.echo(f"\nunleak: interrupted{goes_on}", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except Exception as defect:  # noqa: BLE001  an unforeseen end must not look like "findings" (1)
        _admit(defect)
        sys.exit(3)


def _admit(defect: Exception) -> None:
    """Where it broke, without its words: they may hold what must not be printed. UNLEAK_DEBUG=1 shows all."""
    import traceback

    if os.environ.get("UNLEAK_DEBUG"):
        traceback.print_exception(defect)
    last = traceback.extract_tb(defect.__traceback__)[-1]
    where = f"{type(defect).__name__} in {last.name}, {os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
    click.echo(f"unleak: a defect of unleak itself ended this ({where}); what was done is recorded", err=True)
    click.echo("  next: report it; UNLEAK_DEBUG=1 shows more, look at it before you pass it on", err=True)


if __name__ == "__main__":
    main()
