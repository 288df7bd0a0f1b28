"""Every technique, each on a stage of its own: in processes that each have an embedded AWS, so that one's clock moves
nobody else's; or one after the other in an account of AWS.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from unleak.config import Config
from unleak.drill.arena import OwnAccounts, existing
from unleak.drill.play import play
from unleak.drill.scored import Scored
from unleak.drill.stage import tear_down
from unleak.drill.surroundings import UNUSED_REGION
from unleak.drill.technique import Technique
from unleak.forked import shared_out
from unleak.investigate.sigma.rules import load
from unleak.model.errors import UnleakError
from unleak.standin.server import Standin

_FIRST_ACCOUNT = 222_200_000_001
_HOME_REGION = "us-east-1"


def play_all(
    techniques: Sequence[Technique], config: Config, folder: Path, *, lag: tuple[float, float], seed: int, contain: bool
) -> Iterator[Scored]:
    """As they come. `config` tells how to look, `folder` is where records lie. Whatever a technique fails with is its
    answer: it never keeps another from being played.
    """
    load(cache=folder)  # once for all
    standing: list[OwnAccounts] = []

    def begin() -> None:
        standing.append(OwnAccounts(Standin().__enter__(), lag, seed))  # it ends with its process

    def work(number: int) -> Scored:
        technique = techniques[number]
        here = of_standin(config, folder / technique.id)

        def one() -> Scored:
            arena = standing[0].arena(here, str(_FIRST_ACCOUNT + number))
            return play(arena, here, technique, load(cache=folder), contain=contain)

        return _answered(technique, one)

    for _, scored in shared_out(len(techniques), work, begin):
        yield scored


def play_in_account(
    techniques: Sequence[Technique], config: Config, folder: Path, account: str, *, contain: bool
) -> Iterator[Scored]:
    """In real time. Those that cannot be played there are answered so. Raises Misuse where the current identity is in
    another account than the one that was named.
    """
    arena = existing(config, account)
    rules = load(cache=folder)
    for technique in techniques:
        if technique.only_standin:
            yield Scored(technique.id, why=(f"not played in an account of AWS: {technique.only_standin}",))
            continue
        here = replace(config, home=folder / technique.id, database="", notify=())
        scored = _answered(technique, lambda t=technique, c=here: play(arena, c, t, rules, contain=contain))  # type: ignore[misc]
        yield replace(scored, left_behind=tuple(tear_down(arena.subject)))


def of_standin(config: Config, home: Path) -> Config:
    """Two regions: the one where everything stands, and one where nothing should."""
    return replace(
        config, home=home, database="", profile="", region=_HOME_REGION, regions=(_HOME_REGION, UNUSED_REGION),
        lookups_a_second=0, principals_per_hour=500, trails=(), accounts={}, organization=None, notify=(), stop=False,
    )  # fmt: skip


def _answered(technique: Technique, one: Callable[[], Scored]) -> Scored:
    try:
        return one()
    except UnleakError as error:
        return Scored(technique.id, why=(f"{error}" + (f"; {error.hint}" if error.hint else ""),))
    except Exception as error:  # noqa: BLE001  a defect of one drill must not end the others
        return Scored(technique.id, why=(f"{type(error).__name__}: this is a defect: report it",))
