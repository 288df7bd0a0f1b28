"""`unleak standin`."""

from pathlib import Path

import click

from unleak.model.errors import Misuse


@click.command("standin")
@click.option("--port", default=5000, show_default=True, help="Port to listen at.")
@click.option("--account", default="123456789012", show_default=True, help="Account to start with.")
@click.option("--root-key", default="", help="Its root key id (default: a new one).")
@click.option("--root-secret", default="", help="Its root secret (default: a new one).")
@click.option(
    "--lag",
    nargs=2,
    type=float,
    default=(0.0, 0.0),
    show_default=True,
    help="Least and most seconds until an IAM change is obeyed.",
)
@click.option("--delivery", default=0.0, show_default=True, help="Seconds until a call can be looked up in the trail.")
@click.option(
    "--lookups", default=2, show_default=True, help="LookupEvents a second, of an account in a region; 0: any."
)
@click.option(
    "--world", metavar="FILE", help="What is there from the start: accounts, users, keys, buckets, an organisation."
)
def command(
    port: int,
    account: str,
    root_key: str,
    root_secret: str,
    lag: tuple[float, float],
    delivery: float,
    lookups: int,
    world: str | None,
) -> None:
    """Run the embedded AWS on loopback, for boto3, the AWS CLI and unleak itself. It holds nothing when it ends.

    \b
    unleak standin --port 5000
    AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... aws sts get-caller-identity
    """
    from unleak.cli.extras import need_standin

    need_standin()
    from unleak.standin.lag import LagDial
    from unleak.standin.server import Standin
    from unleak.standin.worlds import BadWorld, exports, make_world, read_world

    try:
        server = Standin(port)
    except (OSError, SystemExit) as error:
        raise click.ClickException(f"port {port} is not free: give another with --port") from error
    root = server.gate.add_account(account, root_key, root_secret)
    try:
        server.gate.lag = LagDial(*lag)
    except ValueError as error:
        raise click.UsageError(f"--lag: {error}") from error
    server.gate.trail.delivery_seconds = delivery
    server.gate.trail.lookups_a_second = lookups
    with server:
        try:
            made = make_world(server.gate, server.url, read_world(Path(world))).roots if world else {}
        except BadWorld as error:
            raise Misuse(str(error), "docs/standin.md has an example of a world") from error
        # The root secret of an account that exists in this process only: without it, nobody could use the stand-in.
        for line in exports(server.url, made.get(account, root)):
            click.echo(line)
        for number, key in made.items():
            click.echo(f"account {number}: root key {key.key_id}", err=True)
        click.echo(f"account {account} on {server.url}; Ctrl-C ends it", err=True)
        server.wait()
