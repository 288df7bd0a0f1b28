"""`unleak serve`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.world import make_world
from unleak.model.errors import Misuse

if TYPE_CHECKING:
    from unleak.config import Config
    from unleak.engine.errands import Hands
    from unleak.web.service import Service


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8480, show_default=True, help="Port to listen at; 0 for any that is free.")
@click.option("--certificate", default="", metavar="FILE", help="For https: the certificate, with its chain.")
@click.option("--key", default="", metavar="FILE", help="For https: its key.")
@click.option(
    "--at-once", default=4, show_default=True, help="Incidents that this process responds to at a time; 0: none."
)
@click.option("--processes", default=1, show_default=True, help="That answer, beside one that responds.")
@click.option("--proxy", default="", metavar="ADDRESS", help="Of a proxy in front, which says for whom it asks.")
@click.option("--insecure", is_flag=True, help="Listen beyond this machine without https: a proxy has it.")
@aws_options
def command(
    host: str, port: int, certificate: str, key: str, at_once: int, processes: int, proxy: str, insecure: bool,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Hear of leaks, and respond: hooks for GitHub, AWS and scanners, an API for people and programs.

    A sender is heard once it is configured: [hooks.github] in unleak.toml (docs/intake.md). People and programs show a
    token: `unleak token make`. It is safe to kill: what was answered is on disk, and who comes next goes on from there.

    \b
    unleak token make --name ops --role admin
    unleak serve
    UNLEAK_DATABASE=postgresql://unleak@db/unleak unleak serve --host 0.0.0.0 --certificate tls.pem --key tls.key
    """
    from unleak.cli.extras import need_server

    need_server()
    from unleak.web import processes as several

    _check(host, certificate, key, insecure=insecure)
    several.check(processes)
    if processes > 1:
        several.count_together()
    from unleak.web.queue import queue_of
    from unleak.web.server import Place, listen, serve, serve_share

    place = Place(host, port, certificate, key, at_once, proxy, processes)
    config = config_of(profile, region, config_path)
    ready = _made(config)
    listeners = listen(place)
    if processes == 1:
        serve(*ready, place, listeners[0])
        return
    ready[0].world.record.close()
    share = several.apart(listeners, responds=bool(at_once or queue_of(ready[0])))
    serve_share(*_made(config), place, share)


def _made(config: "Config") -> "tuple[Service, Hands]":
    """Raises what speaks against starting: no credentials, a record that cannot be opened, settings that do not fit."""
    from unleak.cli.hands import inbox_of, make_hands
    from unleak.web.make import make_service

    world = make_world(config)
    _ = world.aws.caller  # nobody to be: say so before anybody is answered
    inbox = inbox_of(world)
    return make_service(world, inbox), make_hands(world, inbox)


def _check(host: str, certificate: str, key: str, *, insecure: bool) -> None:
    if bool(certificate) != bool(key):
        raise Misuse("https takes a certificate and its key", "give both, --certificate and --key")
    for path in filter(None, (certificate, key)):
        if not Path(path).is_file():
            raise Misuse(f"there is no {path}", "give the path of a PEM file")
    if host not in {"127.0.0.1", "::1", "localhost"} and not certificate and not insecure:
        raise Misuse(
            f"at {host} others hear what is said, tokens among it",
            "give --certificate and --key; or --insecure, where a proxy before it has https",
        )
