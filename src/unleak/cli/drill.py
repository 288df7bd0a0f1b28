"""`unleak drill`."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option

if TYPE_CHECKING:
    from unleak.config import Config
    from unleak.drill.run import Drill, Watcher
    from unleak.drill.technique import Technique


@click.command("drill")
@click.option(
    "--technique",
    "technique_ids",
    multiple=True,
    metavar="ID",
    help="Which attack (see --list); several for several. [default: key_deletion_is_not_enough]",
)
@click.option("--all", "play_all", is_flag=True, help="Every technique, each on a stage of its own, and the score.")
@click.option("--list", "show_list", is_flag=True, help="Which techniques there are.")
@click.option("--no-contain", is_flag=True, help="Switch containment off: the drill must then fail.")
@click.option(
    "--lag",
    nargs=2,
    type=float,
    default=(1.0, 6.0),
    show_default=True,
    help="Least and most seconds until the embedded AWS obeys an IAM change.",
)
@click.option("--seed", default=7, show_default=True, help="Same seed, same lags.")
@click.option(
    "--account",
    default="",
    help="Run in this sandbox account of the current identity (AWS_PROFILE, "
    "AWS_ENDPOINT_URL) instead of the embedded AWS. Creates users, roles, a bucket and an instance there, and "
    "removes them again.",
)
@format_option()
@aws_options
def command(
    technique_ids: tuple[str, ...], play_all: bool, show_list: bool, no_contain: bool, lag: tuple[float, float],
    seed: int, account: str, format_name: str, profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Play an attack: it must succeed before containment, and fail after it. Exit code 0 only when both are seen.

    With --all, each technique must also be seen in the trail, and taken out of the account again. After a full
    compromise alone, the account must be what it was but for the leaked key.

    \b
    unleak drill
    unleak drill --technique full_compromise
    unleak drill --all
    """
    from unleak.cli.extras import need_standin

    need_standin()
    chosen = _chosen(technique_ids, play_all or show_list)
    if show_list:
        _list(chosen, format_name)
        return
    config = config_of(profile, region, config_path)
    with tempfile.TemporaryDirectory(prefix="unleak-drill-") as folder:
        if len(chosen) > 1 or not chosen[0].is_told:
            sys.exit(_score(chosen, config, Path(folder), lag, seed, account, format_name, contain=not no_contain))
        from unleak.cli.stagelight import Plain

        drill = play(config, Path(folder), Plain(sys.stderr), lag=lag, seed=seed, account=account,
                     contain=not no_contain, technique=chosen[0])  # fmt: skip
    click.echo(to_json(drill) if format_name == "json" else verdict_line(drill))
    if not no_contain:
        _keep(config, drill, account)
    for line in drill.left_behind:
        click.echo(f"left behind in the account: {line}", err=True)
    sys.exit(0 if drill.passed else 1)


def _chosen(ids: tuple[str, ...], everything: bool) -> "list[Technique]":
    from unleak.drill.techniques import TECHNIQUES
    from unleak.model.errors import Misuse

    known = {t.id: t for t in TECHNIQUES}
    for one in ids:
        if one not in known:
            raise Misuse(f"there is no technique {one}", "`unleak drill --list` shows which there are")
    if not ids:
        return list(TECHNIQUES) if everything else [TECHNIQUES[0]]
    return [t for t in TECHNIQUES if t.id in ids]


def _list(techniques: "list[Technique]", format_name: str) -> None:
    from rich.console import Console

    from unleak.cli.drill_score import list_to_json, show_list

    if format_name == "json":
        click.echo(list_to_json(techniques))
    else:
        show_list(techniques, Console())


def _score(
    techniques: "list[Technique]", config: "Config", folder: Path, lag: tuple[float, float], seed: int, account: str,
    format_name: str, *, contain: bool,
) -> int:  # fmt: skip
    """The exit code."""
    from rich.console import Console

    from unleak.cli.drill_score import exit_code, score_to_json, show_score
    from unleak.drill.library import play_all, play_in_account

    if account:
        played = play_in_account(techniques, config, folder, account, contain=contain)
    else:
        played = play_all(techniques, config, folder, lag=lag, seed=seed, contain=contain)
    found = {}
    for number, scored in enumerate(played, 1):
        found[scored.technique] = scored
        said = "passed" if scored.passed else "NOT PASSED"
        click.echo(f"{number}/{len(techniques)} {scored.technique}: {said}, {scored.seconds:.1f} s", err=True)
    scores = [found[t.id] for t in techniques]
    if format_name == "json":
        click.echo(score_to_json(scores, techniques))
    else:
        show_score(scores, techniques, Console())
    return exit_code(scores)


def _keep(config: "Config", drill: "Drill", account: str) -> None:
    """For `unleak serve` to show, where there is a record already. Without one, a drill makes none."""
    from datetime import UTC, datetime

    from unleak.cli.saying import say
    from unleak.cli.world import person, record_at
    from unleak.drill.score import score_of
    from unleak.model.errors import UnleakError
    from unleak.store.readiness import ReadinessStore

    if not config.database and not (config.home / "unleak.db").is_file():
        return
    score = score_of(drill, account, verdict_line(drill), at=datetime.now(UTC), who=person())
    try:
        record = record_at(config.record_url)
        ReadinessStore(record).keep_drill(score)
        record.close()
    except UnleakError as error:
        say(f"the drill's result is not kept: {error}")


def play(
    config: "Config", folder: Path, watcher: object, *, lag: tuple[float, float], seed: int, account: str,
    contain: bool, technique: "Technique",
) -> "Drill":  # fmt: skip
    """In the embedded AWS, or in `account`. The record lies in `folder`."""
    from dataclasses import replace
    from typing import cast

    from unleak.drill.arena import embedded, existing
    from unleak.drill.run import run_drill

    here = replace(config, home=folder / "record", database="", notify=())
    heard = cast("Watcher", watcher)
    if account:
        return run_drill(existing(here, account), here, technique, folder, heard, contain=contain)
    with embedded(replace(here, profile="", region="us-east-1"), lag, seed) as arena:
        return run_drill(arena, here, technique, folder, heard, contain=contain)


def verdict_line(drill: "Drill") -> str:
    if drill.passed:
        told = "the drill passed: what succeeded before containment is refused after it"
        return f"{told}, and the account is what it was" if drill.technique.puts_right else told
    if not drill.attack_succeeded:
        return "the drill proves nothing: the attack did not succeed before containment"
    if not drill.attack_failed:
        return "the drill FAILED: the attacker can still do what matters"
    if drill.plan is not None and drill.plan.contained and not drill.is_put_right:
        why = drill.put_right.why_not if drill.put_right else "it was not tried"
        return f"the drill FAILED: the account is not what it was: {why or '; '.join(drill.differs[:3])}"
    return "the drill FAILED: unleak itself does not call the key contained"


def to_json(drill: "Drill") -> str:
    from unleak.model.document import written

    names = [f"{m.holder}: {m.action}" for m in drill.technique.moves]
    told = {
        "technique": drill.technique.id,
        "passed": drill.passed,
        "attack_succeeded_before": drill.attack_succeeded,
        "attack_failed_after": drill.attack_failed,
        "contained": bool(drill.plan and drill.plan.contained),
        "seconds": {k: round(v, 2) for k, v in drill.seconds.items()},
        "clock_moved_seconds": round(drill.forwarded),
        "calls": [
            {
                "call": name,
                "matters": move.wanted,
                **{phase: results[i].code or results[i].accepted.value for phase, results in drill.results.items()},
            }
            for i, (name, move) in enumerate(zip(names, drill.technique.moves, strict=True))
        ],
        "left_behind": drill.left_behind,
        "put_right": None
        if drill.put_right is None
        else {
            "agreed": len(drill.put_right.agreed),
            "why_not": drill.put_right.why_not,
            "differs": drill.differs,
        },
    }
    return written("unleak.drill/1", told)
