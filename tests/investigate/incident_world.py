"""Random incidents of known truth, as the CloudTrail records that remain of them.

python tests/investigate/incident_world.py --seed N       prints one
"""

import argparse
import random
import sys
from datetime import UTC, datetime, timedelta

import incident_decoys as decoys
from incident_attack import Attack
from incident_scribe import Scribe, stamp
from incident_settle import administrator, owner, rotated, settle
from incident_town import Person, Town
from incident_truth import Generated, Record, Truth, TruthCredential, describe, keys_of, principals_of
from incident_ways import SWARM, attack, move_on

__all__ = ["Generated", "Truth", "TruthCredential", "describe", "incident"]


def incident(seed: int) -> Generated:
    """The same for the same seed, always."""
    rng = random.Random(seed)
    scribe = Scribe(rng, rng.choice((0, 0, 0, 0, 0, 0.2, 1)))
    town = Town(rng, scribe, _moment(rng))
    settle(town)
    legitimate_after = rng.random() < 0.5
    victim = owner(town, legitimate_after=legitimate_after)
    admin = administrator(town, town.home)
    others = [a.number for a in town.accounts[1:]]
    missing = rng.choice(others) if others and rng.random() < 0.25 else ""
    a = Attack(town, victim, shared=rng.random() < 0.3, missing=missing)
    ways = _attack(a)
    _decoys(a, admin, legitimate_after=legitimate_after)
    return _generated(seed, a, ways)


def _moment(rng: random.Random) -> datetime:
    return datetime(2025, 1, 10, tzinfo=UTC) + timedelta(seconds=rng.randrange(600 * 86400))


def _attack(a: Attack) -> list[str]:
    rng = a.rng
    if rng.random() < 0.7:
        decoys.failed_tries(a)
    ways = attack(a, rng.randint(1, 8))
    if rng.random() < 0.06 and not a.over and SWARM(a):
        ways.append("hundreds of sessions")
    if rng.random() < 0.3:
        decoys.failed_tries(a)
    if rng.random() < 0.2:
        move_on(a)
    return ways


def _decoys(a: Attack, admin: Person, *, legitimate_after: bool) -> None:
    rng = a.rng
    if rng.random() < 0.5:
        decoys.quarantine(a)
    if rng.random() < 0.5:
        decoys.traveller(a)
    if rng.random() < 0.3:
        decoys.victim_signs_in(a)
    if rng.random() < 0.6:
        decoys.respond(a, admin)
        if legitimate_after and rng.random() < 0.5:
            rotated(a.town, admin, a.victim)


def _generated(seed: int, a: Attack, ways: list[str]) -> Generated:
    records = [r for r in a.s.records if not _lost(a, r)]
    addresses = _addresses(a, records)
    return Generated(
        seed=seed,
        records=_as_delivered(a.rng, records),
        leaked=a.victim.keys[0].key_id,
        leaked_at=a.town.leaked_at,
        owner_arn=a.victim.user.arn,
        truth=_truth(a, records),
        ways=tuple(ways),
        decoys=tuple(sorted(a.town.decoys)),
        attacker_addresses=frozenset(addresses),
        shared_addresses=frozenset(addresses & {a.town.nat}),
        blackouts=tuple((start, end) for start, end, _ in a.blackouts),
        missing_account=a.missing,
    )


def _lost(a: Attack, record: Record) -> bool:
    """What was not logged, or stands in a trail that nobody has. The home of a stolen session is always on record."""
    account, at = record["recipientAccountId"], record["eventTime"]
    if account == a.missing:
        return True
    dark = any(account == where and stamp(start) <= at <= stamp(end) for start, end, where in a.blackouts)
    return dark and record["userIdentity"].get("accessKeyId") not in a.protected


def _addresses(a: Attack, records: list[Record]) -> set[str]:
    mine = {p.address for p in a.places}
    return mine & {r["sourceIPAddress"] for r in records}


def _truth(a: Attack, records: list[Record]) -> Truth:
    keys, principals = keys_of(records), principals_of(records)
    known = a.bad.keys() & keys
    credentials = {
        key: TruthCredential(t.origin, t.parent if t.parent in known else None, t.how)
        for key, t in a.bad.items()
        if key in known
    }
    # A service went on with rights that the victim and the attacker both had then.
    for_either = {key for key, arn, at in a.town.on_behalf if arn in a.abused and at > a.town.leaked_at}
    undecidable = ((a.undecidable | for_either) & keys) - known
    return Truth(
        credentials=credentials,
        benign=keys - known - undecidable,
        undecidable=undecidable,
        benign_principals=principals - a.abused - a.attacker_principals,
        attacker_principals=a.attacker_principals,
        abused_principals=a.abused - a.attacker_principals,
        standing=a.standing,
        removed=a.removed,
    )


def _as_delivered(rng: random.Random, records: list[Record]) -> list[Record]:
    """Somewhat out of order, some clocks a second off, some events delivered twice."""
    out = []
    for record in records:
        if rng.random() < 0.03:
            off = datetime.fromisoformat(record["eventTime"]) + timedelta(seconds=rng.choice((-1, 1)))
            record["eventTime"] = stamp(off)
        out.append(record)
        if rng.random() < 0.01:
            out.append(record)
    soon = {id(r): datetime.fromisoformat(r["eventTime"]).timestamp() + rng.random() * 400 for r in out}
    return sorted(out, key=lambda r: soon[id(r)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    sys.stdout.write(describe(incident(parser.parse_args().seed)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
