"""Completion in a shell: click's own scripts, which ask this program for what fits."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes this command in a shell.

    \b
    bash:  eval "$(nurseryctl completion bash)" in ~/.bashrc
    zsh:   eval "$(nurseryctl completion zsh)" in ~/.zshrc
    fish:  nurseryctl completion fish > ~/.config/fish/completions/nurseryctl.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click has all three
    root = context.find_root()
    click.echo(kind(root.command, {}, "nurseryctl", "_NURSERYCTL_COMPLETE").source())


COMMANDS = (completion,)
