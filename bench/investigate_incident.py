# ruff: noqa: INP001  a script's part, no package
"""The incident that is planted: a leaked key, some sixty credentials that came of it, and everybody who looks like it.

People, ways and truth are those of the tests' incidents, in one town that has all of it.
"""

import base64
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "investigate"))

import incident_decoys as decoys  # the line above says where they are
import incident_residents as residents
import incident_services as services
from incident_attack import Attack
from incident_calls import RECONNAISSANCE, call
from incident_scribe import Scribe
from incident_settle import administrator, owner, settle
from incident_town import Account, Town
from incident_truth import Generated
from incident_ways import WAYS
from incident_world import _generated  # the one place that says what is true

LEAKED_AT = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
_BEFORE, _AFTER = timedelta(days=7), timedelta(days=5)
_ACCOUNTS = 3
_CREDENTIALS, _CALLS = 60, 3000
_TRIES = 25
_TOKEN_BYTES = 345
_AT_ONCE = 45
_RESIDENTS: tuple[Callable[[Town, Account], object], ...] = (
    residents.application, residents.developer, residents.machine, residents.machine, services.function,
    services.function, services.tasks, services.pipeline, services.identity_center, residents.vendor,
)  # fmt: skip
_UNSEEN = "logging stopped"
"""Not gone: what is made then may be found by its address alone, and the rest of the trail here has no such hole."""


class _LongTokens(Scribe):
    """Session tokens as long as AWS's are."""

    def token(self) -> str:
        return "IQoJb3JpZ2luX2Vj" + base64.b64encode(self.rng.randbytes(_TOKEN_BYTES)).decode()


def planted(seed: int) -> Generated:
    """The same for the same seed. Ways that a town does not have are left out."""
    rng = random.Random(seed)  # noqa: S311  the same incident on every run
    town = Town(rng, _LongTokens(rng, 0), LEAKED_AT)
    town.start, town.end = LEAKED_AT - _BEFORE, LEAKED_AT + _AFTER
    town.accounts += [Account(town.number()) for _ in range(_ACCOUNTS - len(town.accounts))]
    settle(town)
    for account in town.accounts:
        for resident in _RESIDENTS:
            resident(town, account)
    victim, admin = owner(town, legitimate_after=True), administrator(town, town.home)
    attack = Attack(town, victim, shared=False, missing="")
    gone = _go(attack)
    for decoy in (decoys.failed_tries, decoys.quarantine, decoys.traveller, decoys.victim_signs_in):
        decoy(attack)
    decoys.respond(attack, admin)
    return _generated(seed, attack, gone)


def _go(attack: Attack) -> list[str]:
    """Each way once, then whichever comes, until there are enough credentials; and always busy in between."""
    names = [name for name in WAYS if name != _UNSEEN]
    gone = [name for name in names if _goes(attack, name)]
    while len(attack.bad) < _CREDENTIALS and not attack.over:
        gone += [name for name in attack.rng.sample(names, 1) if _goes(attack, name)]
    while _made(attack) < _CALLS and not attack.over:
        _work(attack)
    return gone


def _goes(attack: Attack, name: str) -> bool:
    for _ in range(_TRIES):
        if WAYS[name](attack):
            _work(attack)
            return True
    attack.step(60, 300)
    return False


def _work(attack: Attack) -> None:
    """He looks around with what he has: only with what is known to be his by more than its address."""
    able = [h for h in attack.holds if h.credential.expires > attack.now + timedelta(minutes=25) and h.place is None]
    hold = attack.rng.choice(able)
    for _ in range(_AT_ONCE):
        where = attack.browser(hold) if hold.credential.kind in {"console", "web"} else attack.place(hold)
        call(attack.s, hold.credential, attack.step(1, 12), where, RECONNAISSANCE)


def _made(attack: Attack) -> int:
    mine = {place.address for place in attack.places}
    return sum(record["sourceIPAddress"] in mine for record in attack.s.records)
