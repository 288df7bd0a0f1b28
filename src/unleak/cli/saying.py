"""What is said beside a command's output, without secrets that a person or a file may have put into it."""

import click


def say(line: str) -> None:
    click.echo(f"unleak: {without_secrets(line)}", err=True)


def without_secrets(line: str) -> str:
    """It may quote an argument, and in that a secret that stood in the wrong variable."""
    from unleak.scan.formats.masking import masked_text

    return masked_text(line)
