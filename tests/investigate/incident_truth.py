"""What a generated incident is, and the truth about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Record = dict[str, Any]
Origin = Literal["leaked", "minted", "created", "stolen"]


@dataclass(frozen=True, slots=True)
class TruthCredential:
    """Parent None: the leaked key itself, or what remains of the trail does not say who it came from.

    Where the parent is None, compare the origin only of `leaked` and of `stolen`.
    """

    origin: Origin
    parent: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Truth:
    """`credentials`, `benign` and `undecidable` share nothing, and are together all key ids of the records.

    `benign_principals` are the ARNs of users, roles and roots that no attacker ever acted as or changed;
    `attacker_principals` the users and roles that the attacker created; `abused_principals` the rest: neither of both.
    `standing` and `removed` are named by ARN, keys by their id. What they say begins with `created: ` or `changed: `,
    then the operation; what is in `removed` is not in `standing`.
    """

    credentials: dict[str, TruthCredential]
    benign: set[str]
    undecidable: set[str]
    benign_principals: set[str]
    attacker_principals: set[str]
    abused_principals: set[str]
    standing: dict[str, str]
    removed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Generated:
    """The fields after `truth` are for debugging. `shared_addresses` were a benign principal's before the leak too."""

    seed: int
    records: list[Record]
    leaked: str
    leaked_at: datetime
    owner_arn: str
    truth: Truth
    ways: tuple[str, ...]
    decoys: tuple[str, ...]
    attacker_addresses: frozenset[str]
    shared_addresses: frozenset[str]
    blackouts: tuple[tuple[datetime, datetime], ...]
    missing_account: str


def used_key(record: Record) -> str:
    return str(record["userIdentity"].get("accessKeyId") or "")


def given_keys(record: Record) -> Iterator[str]:
    """The credentials that an answer gives out."""
    answer = record.get("responseElements") or {}
    for each in (answer, *answer.get("credentialSet", ())):
        for place, field in _PLACES:
            held = each.get(place)
            if isinstance(held, dict) and held.get(field):
                yield held[field]


_PLACES = (
    ("credentials", "accessKeyId"),
    ("accessKey", "accessKeyId"),
    ("serviceSpecificCredential", "serviceSpecificCredentialId"),
)


def keys_of(records: Iterable[Record]) -> set[str]:
    found: set[str] = set()
    for record in records:
        found.update(given_keys(record))
        found.add(used_key(record))
    return found - {""}


def principals_of(records: Iterable[Record]) -> set[str]:
    """Users, roots and roles that acted: never single sessions."""
    found = set()
    for record in records:
        who = record["userIdentity"]
        issuer = who.get("sessionContext", {}).get("sessionIssuer", {}).get("arn")
        arn = issuer or (who.get("arn") if who.get("type") in {"IAMUser", "Root"} else None)
        if arn:
            found.add(arn)
    return found


def describe(generated: Generated) -> str:
    """For a person who looks for the reason of a failure."""
    truth = generated.truth
    lines = [
        f"seed {generated.seed}: {len(generated.records)} records",
        f"leaked {generated.leaked} of {generated.owner_arn} at {generated.leaked_at:%Y-%m-%dT%H:%M:%SZ}",
        f"ways: {', '.join(generated.ways)}",
        f"decoys: {', '.join(generated.decoys)}",
        f"attacker's addresses: {', '.join(sorted(generated.attacker_addresses))}",
        f"of these shared with others: {', '.join(sorted(generated.shared_addresses)) or 'none'}",
    ]
    lines += [f"no events between {a:%Y-%m-%dT%H:%M:%SZ} and {b:%Y-%m-%dT%H:%M:%SZ}" for a, b in generated.blackouts]
    lines += [f"no trail of account {generated.missing_account}"] if generated.missing_account else []
    lines += ["credentials of the attacker:", *_tree(truth.credentials, None, 1)]
    lines += [f"{len(truth.benign)} benign credentials, {len(truth.benign_principals)} benign principals"]
    lines += [f"undecidable: {key}" for key in sorted(truth.undecidable)]
    lines += [f"principal of the attacker: {arn}" for arn in sorted(truth.attacker_principals)]
    lines += [f"abused principal: {arn}" for arn in sorted(truth.abused_principals)]
    lines += [f"standing: {arn} ({how})" for arn, how in sorted(truth.standing.items())]
    lines += [f"removed: {arn} ({how})" for arn, how in sorted(truth.removed.items())]
    return "\n".join(lines)


def _tree(credentials: dict[str, TruthCredential], parent: str | None, depth: int) -> Iterator[str]:
    for key, truth in credentials.items():
        if truth.parent == parent:
            yield f"{'  ' * depth}{key} {truth.origin} by {truth.how}"
            yield from _tree(credentials, key, depth + 1)
