"""`unleak setup completion`: what a shell needs to complete our commands and options."""

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_UNLEAK_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes `unleak` in this shell.

    \b
    unleak setup completion bash > ~/.local/share/bash-completion/completions/unleak
    unleak setup completion zsh  > ~/.zfunc/_unleak                 # with ~/.zfunc in fpath, before compinit
    unleak setup completion fish > ~/.config/fish/completions/unleak.fish
    """
    from unleak.cli.commands import unleak

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101  the choice above names those that click has
    click.echo(found(unleak, {}, "unleak", _VARIABLE).source())
