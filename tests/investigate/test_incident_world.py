"""The generator of incidents keeps its own promises: an engine that is measured with it is measured fairly."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import cache

import pytest
from incident_truth import Record, given_keys, keys_of, used_key
from incident_world import Generated, describe, incident

from unleak.iam.key_id import account_of

SEEDS = range(30)
_GIVEN_TO_THE_CALLER = {"AssumeRole", "GetSessionToken", "GetFederationToken", "CreateAccessKey"}
make = cache(incident)


def _given(generated: Generated) -> Iterator[tuple[Record, str]]:
    for record in generated.records:
        for key in given_keys(record):
            yield record, key


def _addresses_of_keys(generated: Generated) -> dict[str, dict[str, list[str]]]:
    """Address, then key, then when. Names of services are no addresses."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in generated.records:
        if used_key(record) and (record["sourceIPAddress"][0].isdigit()):
            found[record["sourceIPAddress"]][used_key(record)].append(record["eventTime"])
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_same_seed_is_the_same_incident(seed: int) -> None:
    first, second = incident(seed), incident(seed)
    assert json.dumps(first.records) == json.dumps(second.records)
    assert first == second
    assert describe(first) == describe(second)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_key_of_the_records_is_in_exactly_one_set(seed: int) -> None:
    generated = make(seed)
    truth = generated.truth
    bad = set(truth.credentials)
    assert bad | truth.benign | truth.undecidable == keys_of(generated.records)
    assert len(bad) + len(truth.benign) + len(truth.undecidable) == len(keys_of(generated.records))
    assert truth.credentials[generated.leaked].origin == "leaked"
    assert not truth.benign_principals & (truth.attacker_principals | truth.abused_principals)
    assert not truth.standing.keys() & truth.removed.keys()
    assert len(truth.undecidable) < max(20, len(truth.benign) / 4)
    assert 200 <= len(generated.records) <= 4000


@pytest.mark.parametrize("seed", SEEDS)
def test_every_edge_is_proved_by_an_accepted_event(seed: int) -> None:
    generated = make(seed)
    givers = defaultdict(set)
    for record, key in _given(generated):
        assert "errorCode" not in record, "a refused call gives nothing"
        givers[key].add(used_key(record))
    for key, truth in generated.truth.credentials.items():
        assert truth.parent is None or truth.parent in generated.truth.credentials
        if truth.parent and truth.how in _GIVEN_TO_THE_CALLER:
            # In the role's account the caller has no key.
            assert givers[key] & {truth.parent, ""}
        if truth.how == "unseen":
            assert key not in givers
            assert generated.blackouts


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_bad_credential_mints_is_bad_unless_its_rightful_user_minted_it(seed: int) -> None:
    generated = make(seed)
    truth = generated.truth
    for record, key in _given(generated):
        by = truth.credentials.get(used_key(record))
        if by is None:
            continue
        rightful = by.origin in {"leaked", "stolen"} and record["sourceIPAddress"] not in generated.attacker_addresses
        assert (key in truth.credentials) is not rightful


@pytest.mark.parametrize("seed", SEEDS)
def test_an_address_of_both_was_in_benign_use_before_the_leak(seed: int) -> None:
    generated = make(seed)
    leaked_at = f"{generated.leaked_at:%Y-%m-%dT%H:%M:%SZ}"
    for address, keys in _addresses_of_keys(generated).items():
        rightful = {k: t for k, t in keys.items() if k in generated.truth.benign}
        if rightful and keys.keys() & generated.truth.credentials.keys() - _with_a_home(generated):
            assert any(t < leaked_at for times in rightful.values() for t in times), address


def _with_a_home(generated: Generated) -> set[str]:
    return {k for k, t in generated.truth.credentials.items() if t.origin in {"leaked", "stolen"}}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_only_an_address_tells_is_told_by_an_address_of_the_attacker_alone(seed: int) -> None:
    generated = make(seed)
    truth = generated.truth
    at = _addresses_of_keys(generated)
    own = {
        address
        for address in generated.attacker_addresses - generated.shared_addresses
        if not at[address].keys() & truth.benign and any(_proved(generated, k) for k in at[address])
    }
    for key, known in truth.credentials.items():
        if known.origin == "stolen":
            first = min(t for a in own for t in at[a].get(key, ["9"]))
            home = [t for a, keys in at.items() if a not in generated.attacker_addresses for t in keys.get(key, ())]
            assert min(home) < first, "it was used at home before"
        elif known.parent is None and known.origin == "minted" and known.how in {"unseen", "AssumeRole"}:
            given = {r["sourceIPAddress"] for r, k in _given(generated) if k == key}
            assert own & ({a for a in at if key in at[a]} | given)


def _proved(generated: Generated, key: str) -> bool:
    """Known to be the attacker's without looking at any address of his but the leaked key's."""
    known = generated.truth.credentials.get(key)
    if known is None or known.origin == "stolen":
        return False
    return known.origin == "leaked" or (known.parent is not None and _proved(generated, known.parent))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_victim_never_calls_from_the_attackers_address(seed: int) -> None:
    generated = make(seed)
    for record in generated.records:
        if used_key(record) == generated.leaked and record["sourceIPAddress"] in generated.attacker_addresses:
            assert datetime.fromisoformat(record["eventTime"]) > generated.leaked_at


@pytest.mark.parametrize("seed", SEEDS)
def test_ids_carry_the_account_or_are_impossible(seed: int) -> None:
    for record, key in _given(make(seed)):
        possible = not set(key[4:]) & set("0189")
        assert account_of(key) == (_account_of_answer(record) if possible else None)


def _account_of_answer(record: Record) -> str:
    role = (record["requestParameters"] or {}).get("roleArn")
    return str(role.split(":")[4] if role else record["recipientAccountId"])


def test_thirty_seeds_go_most_ways() -> None:
    ways = {w for seed in SEEDS for w in make(seed).ways}
    assert len(ways) > 20
    assert any(g.shared_addresses for g in map(make, SEEDS))
    assert any(g.blackouts for g in map(make, SEEDS))
