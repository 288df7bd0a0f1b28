"""`unleak setup aws`: a template for an account or an organisation."""

from collections.abc import Iterable
from pathlib import Path

import click

from unleak.cli.saying import say_plainly


@click.command("aws")
@click.option("--trust", "trusted", multiple=True, metavar="ARN", help="Who runs unleak, and may assume the role.")
@click.option("--external-id", default="", metavar="TEXT", help="What whoever assumes it must name.")
@click.option("--service-url", default="", metavar="URL", help="Post events to the service there, not into a queue.")
@click.option("--organization", is_flag=True, help="For the management account: every member gets the role.")
@click.option("--in-management", is_flag=True, help="Respond to keys of the management account, too.")
@click.option("--rotation", "rotates", is_flag=True, help="May do what `unleak rotate` needs, too.")
@click.option("--review", "reviews", is_flag=True, help="May do what `unleak review` needs, too.")
@click.option("--notify", "notifies", is_flag=True, help="May tell Security Hub, too.")
@click.option(
    "--format", "format_name", type=click.Choice(["cloudformation", "terraform"]), default="cloudformation",
    show_default=True, help="The tool that the template is for.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write it to.")
def aws(
    trusted: tuple[str, ...], external_id: str, service_url: str, organization: bool, in_management: bool,
    rotates: bool, reviews: bool, notifies: bool, format_name: str, output: Path | None,
) -> None:  # fmt: skip
    """Write a template: the responder's role, and events of leaked keys that reach the service. Changes nothing.

    Read it, deploy it in the account, or with --organization in the management account. What to do with it, and what
    unleak.toml then says, goes to standard error.

    \b
    unleak setup aws --trust arn:aws:iam::111122223333:role/unleak --output unleak.json
    unleak setup aws --trust ... --service-url https://unleak.example.com --format terraform --output unleak.tf.json
    unleak setup aws --trust ... --organization --external-id acme-7 --output unleak.json
    """
    from unleak.setup import cloudformation, next_steps, terraform
    from unleak.setup.asked import Asked
    from unleak.setup.template import template_of

    asked = Asked(trusted, external_id, service_url, organization, in_management, rotates, reviews, notifies)
    template = template_of(asked)
    text = (terraform if format_name == "terraform" else cloudformation).as_text(template)
    _write(text, output)
    say_plainly(f"next: read it, then\n\n{_lines(next_steps.deploying(template, str(output or 'FILE'), format_name))}")
    say_plainly(f"\nand in unleak.toml, with the number of that account\n\n{_lines(next_steps.settings(asked))}")


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _write(text: str, output: Path | None) -> None:
    from unleak.model.errors import Misuse

    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Misuse(f"cannot write {output}: {error.strerror}", "name another file") from error
