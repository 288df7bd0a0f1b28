"""`unleak demo`."""

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import config_of

if TYPE_CHECKING:
    from rich.console import Console

    from unleak.cli.stagelight import Picture
    from unleak.drill.run import Drill

_AWS_QUARANTINE, _AWS_MAIL = 67, 116


@click.command("demo")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("unleak-demo"),
    show_default=True,
    help="Folder for the incident's report.",
)
@click.option("--seed", default=7, show_default=True, help="Same seed, same propagation lags.")
@click.option("--picture", type=click.Path(path_type=Path), help="Also save what is shown at the end, as SVG.")
def command(output: Path, seed: int, picture: Path | None) -> None:
    """A key is pushed, abused, found, contained, proven contained and explained: on an embedded AWS, here, now.

    Nothing outside of this machine is called, and nothing but --output is left behind.
    """
    from rich.console import Console

    from unleak.cli.drill import play
    from unleak.cli.extras import need_standin

    need_standin()
    from unleak.cli.stagelight import Picture, Plain
    from unleak.drill.techniques import TECHNIQUES

    # The demo's accounts live in this process: whoever calls it may have an endpoint or a profile of their own set.
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    config = config_of("", "us-east-1", None)
    console = Console()
    with tempfile.TemporaryDirectory(prefix="unleak-demo-") as folder:
        how = {"lag": (1.0, 6.0), "seed": seed, "account": "", "contain": True, "technique": TECHNIQUES[0]}
        if console.is_terminal:
            with Picture(console, TECHNIQUES[0]) as shown:
                drill = play(config, Path(folder), shown, **how)  # type: ignore[arg-type]
        else:
            plain = Plain(sys.stdout)
            drill = play(config, Path(folder), plain, **how)  # type: ignore[arg-type]
            shown = _picture_of(console, drill)
        written = _write_reports(drill, Path(folder), output)
    console.print(shown.final())
    _tell(console, drill, written)
    if picture is not None:
        _draw(picture, shown, drill, written)
    sys.exit(0 if drill.passed else 1)


def _draw(picture: Path, shown: "Picture", drill: "Drill", written: list[Path]) -> None:
    from io import StringIO

    from rich.console import Console

    console = Console(record=True, file=StringIO(), width=112, force_terminal=True)
    console.print(shown.final())
    _tell(console, drill, written)
    picture.write_text(_for_keeps(console.export_svg(title="make demo")), encoding="utf-8")


def _for_keeps(svg: str) -> str:
    """A picture that fetches nothing from anywhere, and that no scanner takes for a leak."""
    still = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"AKIA[A-Z2-7]{16}", "AKIA" + "\N{HORIZONTAL ELLIPSIS}" * 4, still)


def _picture_of(console: "Console", drill: "Drill") -> "Picture":
    from unleak.cli.stagelight import Picture

    shown = Picture(console, drill.technique)
    for phase, results in drill.results.items():
        for move, result in zip(drill.technique.moves, results, strict=True):
            shown.called(phase, move, result)
    return shown


def _write_reports(drill: "Drill", folder: Path, output: Path) -> list[Path]:
    from unleak.engine.story import TITLES, calls_from
    from unleak.report import render
    from unleak.report.story import tell
    from unleak.store.record import Record

    if drill.incident is None or drill.plan is None:
        return []
    record = Record(f"sqlite:///{folder / 'record' / 'unleak.db'}")
    story = tell(drill.incident, drill.plan, calls_from(record, drill.incident), TITLES)
    record.close()
    timing = {name: value for name, value, _ in timings(drill)}
    output.mkdir(parents=True, exist_ok=True)
    texts = {
        "incident.html": render.to_html(story, timing),
        "incident.md": render.to_markdown(story, timing),
        "incident.json": render.to_json(story, {"timing": timing}),
    }
    for name, text in texts.items():
        (output / name).write_text(text, encoding="utf-8")
    return [output / name for name in texts]


def timings(drill: "Drill") -> list[tuple[str, str, str]]:
    """Name, seconds, and what AWS took where that is known."""
    rows = [
        ("From the push to quarantine applied", "quarantined", f"AWS: {_AWS_QUARANTINE} s"),
        ("From the push to containment seen to hold, by trial", "held by trial", ""),
        ("From the push to the report", "reported", f"AWS's mail: {_AWS_MAIL} s"),
    ]
    return [(name, f"{drill.seconds[key]:.1f} s", aws) for name, key, aws in rows if key in drill.seconds]


def _tell(console: "Console", drill: "Drill", written: list[Path]) -> None:
    from unleak.cli.drill import verdict_line

    console.print()
    for name, value, aws in timings(drill):
        console.print(f"  {name:<51}[bold]{value:>7}[/bold]  [dim]{aws}[/dim]", highlight=False)
    if drill.forwarded:
        console.print(
            "  [dim]Proof by state needs 5 minutes on AWS, and its trail comes 5 minutes late:\n"
            f"  for those later looks the embedded AWS's clock went on by {drill.forwarded / 60:.0f} minutes.[/dim]",
            highlight=False,
        )
    console.print()
    console.print(f"[bold {'green' if drill.passed else 'red'}]{verdict_line(drill)}[/]", highlight=False)
    for path in written:
        console.print(f"  {path}", highlight=False)
