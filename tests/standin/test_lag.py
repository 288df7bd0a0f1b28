"""Propagation: listed at once, obeyed later, and never taken back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    Account,
    Signer,
    account_fixture,
    allow,
    code_of,
    document,
    make_account_fixture,
    session_of,
    standin_fixture,
)

from unleak.standin.lag import History, LagDial
from unleak.standin.principals import AccountView
from unleak.standin.server import Controls

SECONDS = 60.0  # far more than a test takes: the clock runs while it does
LATE = LagDial(SECONDS, SECONDS)
START = datetime(2026, 1, 1, tzinfo=UTC)


def _accepted(account: Account, who: Signer) -> bool:
    return code_of(account.client("sts", who).get_caller_identity) == ""


def _deactivate(account: Account, who: Signer) -> None:
    account.client("iam").update_access_key(UserName="alice", AccessKeyId=who.key_id, Status="Inactive")


def _status(account: Account) -> str:
    return str(account.client("iam").list_access_keys(UserName="alice")["AccessKeyMetadata"][0]["Status"])


def test_deactivated_key_is_listed_at_once_and_refused_later(account: Account) -> None:
    alice, gate = account.user("alice"), account.standin.gate
    gate.lag = LATE
    _deactivate(account, alice)
    assert _status(account) == "Inactive"
    assert _accepted(account, alice), "the change has not arrived yet"
    gate.clock.advance(SECONDS)
    assert not _accepted(account, alice)


def test_without_lag_a_change_is_obeyed_at_once(account: Account) -> None:
    alice = account.user("alice")
    _deactivate(account, alice)
    assert not _accepted(account, alice)


def test_new_key_works_only_when_it_has_arrived(account: Account) -> None:
    account.user("alice")
    account.standin.gate.lag = LATE
    fresh = account.key("alice")
    assert not _accepted(account, fresh)
    account.standin.gate.clock.advance(SECONDS)
    assert _accepted(account, fresh)


def test_policies_and_trusts_arrive_late_too(account: Account) -> None:
    alice, gate = account.user("alice"), account.standin.gate
    gate.lag = LATE
    account.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(EVERYTHING))
    role = account.role("ops", {"AWS": account.arn("user", "alice")})
    sts = account.client("sts", alice)
    assert code_of(account.client("s3", alice).list_buckets) == "AccessDenied"
    assert code_of(sts.assume_role, RoleArn=role, RoleSessionName="visit") == "AccessDenied"
    gate.clock.advance(SECONDS)
    assert code_of(account.client("s3", alice).list_buckets) == ""
    assert code_of(sts.assume_role, RoleArn=role, RoleSessionName="visit") == ""


def test_sessions_see_a_change_late_as_well(account: Account) -> None:
    alice, gate = account.user("alice", allow("s3:ListAllMyBuckets")), account.standin.gate
    session = session_of(account.client("sts", alice).get_session_token())
    gate.lag = LATE
    account.client("iam").delete_user_policy(UserName="alice", PolicyName="own")
    assert code_of(account.client("s3", session).list_buckets) == ""
    gate.clock.advance(SECONDS)
    assert code_of(account.client("s3", session).list_buckets) == "AccessDenied"


def test_change_from_before_the_dial_was_turned_is_not_delayed(account: Account) -> None:
    alice = account.user("alice")
    _deactivate(account, alice)
    account.standin.gate.lag = LATE
    assert not _accepted(account, alice)


def test_change_from_before_the_dial_was_turned_back_is_still_delayed(account: Account) -> None:
    alice, gate = account.user("alice"), account.standin.gate
    gate.lag = LATE
    _deactivate(account, alice)
    gate.lag = LagDial()
    assert _accepted(account, alice)
    gate.clock.advance(SECONDS)
    assert not _accepted(account, alice)


def test_root_always_sees_the_newest_state(account: Account) -> None:
    account.standin.gate.lag = LATE
    account.client("iam").create_user(UserName="alice")
    assert account.client("iam").get_user(UserName="alice")["User"]["UserName"] == "alice"


def test_controls_over_http(account: Account) -> None:
    controls, gate = Controls(account.standin.url), account.standin.gate
    controls.lag(1, 2, seed=3)
    assert gate.lag == LagDial(1, 2, 3)
    controls.delivery(4)
    assert gate.trail.delivery_seconds == 4
    before = gate.clock.now()
    assert datetime.fromisoformat(controls.advance(60)) >= before + timedelta(seconds=60)
    controls.advance(-3600)
    assert gate.clock.now() >= before + timedelta(seconds=60), "time does not go back"
    with pytest.raises(OSError, match="400"):
        controls.lag(5, 1)
    with pytest.raises(OSError, match="400"):
        controls._post("nothing")


def test_account_is_made_empty(account: Account) -> None:
    account.user("alice")
    account.bucket("k")
    again = Account(account.standin, account.number)
    assert again.client("iam").list_users()["Users"] == []
    assert again.client("s3").list_buckets()["Buckets"] == []
    assert again.client("sts").get_caller_identity()["Account"] == account.number
    again.close()


# The history by itself


@dataclass(frozen=True, slots=True)
class Numbered(AccountView):
    """A state that says which one it is."""

    number: int = 0


def _number(view: AccountView) -> int:
    return view.number if isinstance(view, Numbered) else 0


def _arrival(caller: str, dial: LagDial, changes: int = 1) -> list[int]:
    """For each second of a minute, the number of the state that this caller sees."""
    history = History(Numbered())
    for number in range(1, changes + 1):
        history.changed(START, Numbered(number=number), dial)
    return [_number(history.seen_by(caller, START + timedelta(seconds=s))) for s in range(60)]


def test_lag_differs_from_caller_to_caller() -> None:
    assert len(set(_arrivals("abcdefgh"))) > 1


def test_lag_goes_by_the_order_in_which_callers_come_not_by_their_random_ids() -> None:
    assert _arrivals("abcdefgh") == _arrivals("stuvwxyz")


def _arrivals(callers: str) -> list[int]:
    """For each of them, in their order, the second at which it sees a change."""
    history = History(Numbered())
    history.changed(START, Numbered(number=1), LagDial(0, 50))
    return [
        next(s for s in range(60) if _number(history.seen_by(caller, START + timedelta(seconds=s))))
        for caller in callers
    ]


def test_lag_is_equal_for_equal_seeds_only() -> None:
    assert _arrival("a", LagDial(0, 50, seed=1)) == _arrival("a", LagDial(0, 50, seed=1))
    assert len({tuple(_arrival("a", LagDial(0, 50, seed=s))) for s in range(8)}) > 1


def test_lag_stays_in_its_range() -> None:
    for caller in "abcdefgh":
        seen = _arrival(caller, LagDial(10, 20))
        assert (seen[9], seen[20]) == (0, 1)


@pytest.mark.parametrize(("least", "most"), [(5, 1), (-1, 1), (-2, -1)])
def test_lag_that_is_no_range(least: float, most: float) -> None:
    with pytest.raises(ValueError, match="no range"):
        LagDial(least, most)


FLOATS = st.floats(0, 30)
DIALS = st.builds(lambda ends, seed: LagDial(min(ends), max(ends), seed), st.tuples(FLOATS, FLOATS), st.integers(0, 5))
STEPS = st.lists(st.tuples(FLOATS, st.one_of(st.none(), DIALS)), max_size=25)


@given(steps=STEPS, callers=st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=3, unique=True))
def test_what_was_obeyed_once_is_obeyed_from_then_on(
    steps: list[tuple[float, LagDial | None]], callers: list[str]
) -> None:
    """As time passes, with changes (a dial) and without, nobody ever sees an older state than before; whoever looks
    when a change has had its longest lag sees it, and nobody before its shortest.
    """
    history, now, made = History(Numbered()), START, [(START, LagDial())]
    last = dict.fromkeys(callers, 0)
    for seconds, dial in steps:
        now += timedelta(seconds=seconds)
        if dial is not None:
            made.append((now, dial))
            history.changed(now, Numbered(number=len(made) - 1), dial)
        for caller in callers:
            seen = _number(history.seen_by(caller, now))
            assert seen >= last[caller]
            last[caller] = seen
            arrived = [i for i, (at, d) in enumerate(made) if now >= at + timedelta(seconds=d.most)]
            possible = [i for i, (at, d) in enumerate(made) if now >= at + timedelta(seconds=d.least)]
            assert max(arrived) <= seen <= max(possible)
            assert seen in possible


@given(dials=st.lists(DIALS, min_size=1, max_size=12), caller=st.text("abc", min_size=1, max_size=2))
def test_dropping_what_everybody_left_behind_changes_nothing(dials: list[LagDial], caller: str) -> None:
    """The newest state is kept however long nothing happened, and old ones go."""
    history = History(Numbered())
    for number, dial in enumerate(dials, 1):
        history.changed(START + timedelta(minutes=number), Numbered(number=number), dial)
    end = START + timedelta(minutes=len(dials) + 1)
    assert _number(history.newest()) == _number(history.seen_by(caller, end)) == len(dials)
    assert len(history._views) <= 2
