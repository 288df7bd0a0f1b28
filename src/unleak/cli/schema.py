"""`unleak schema`."""

import click


@click.command("schema")
@click.argument("name", default="")
def command(name: str) -> None:
    """What programs can rely on in what unleak tells them: the JSON Schema of each document.

    Every document has a field `schema`: its name and version. NAME is that, or its part between the dot and the slash.

    \b
    unleak schema                     a paragraph for each: what it is, and who tells it
    unleak schema findings            the schema of what `unleak scan --format json` prints
    unleak schema unleak.findings/1   the same
    """
    from unleak.model.errors import Misuse
    from unleak.report.published import published

    known = published()
    if not name:
        click.echo("\n\n".join("\n  ".join([f"{p.id}: {p.title}", *p.told_by]) for p in known))
        return
    chosen = next((p for p in known if name in {p.name, p.id, p.id.removeprefix("unleak.")}), None)
    if chosen is None:
        raise Misuse(f"there is no document {name!r}", "`unleak schema` lists them")
    click.echo(chosen.text, nl=False)
