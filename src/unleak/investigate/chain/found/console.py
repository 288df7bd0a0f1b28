"""Sign-ins: with a password that the attacker set, or with a session of his that he took to the console or a tool."""

from collections.abc import Iterator
from datetime import timedelta

from unleak.investigate.chain.graph import Graph, held_by
from unleak.investigate.chain.leads import Because, PasswordSet, SignedIn
from unleak.investigate.trail.table import Table, Use
from unleak.model.call import Call
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, Closeness, HeldCredential

_SLACK = timedelta(minutes=2)
_TO_SIGN_IN = timedelta(minutes=20)
_CONSOLE_SESSION = timedelta(hours=12)
_SIGN_INS = "'ConsoleLogin', 'CreateOAuth2Token', 'AuthorizeOAuth2Access'"


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    passwords = [lead for lead in graph.leads if isinstance(lead, PasswordSet)]
    taken = [lead for lead in graph.leads if isinstance(lead, SignedIn)]
    sessions = {h.principal_arn: h for h in graph.held.values() if _is_session(h.principal_arn)}
    arns = list({*(p.user_arn for p in passwords), *(t.arn for t in taken), *sessions})
    if not arns:
        return
    logins = table.marks(f"name IN ({_SIGN_INS}) AND arn IN (SELECT unnest(?))", [arns])
    resets = table.marks("name IN ('UpdateLoginProfile', 'ChangePassword', 'DeleteLoginProfile') AND error IS NULL")
    uses = table.uses("arn IN (SELECT unnest(?)) AND starts_with(key_id, 'ASIA')", [arns])
    given = {m.made_key for m in table.mints("made_key IN (SELECT unnest(?))", [[u.key_id for u in uses]])}
    for login in (one for one in logins if one.accepted):
        because = _because(graph, login, passwords, taken, resets) or _of_session(graph, login, uses)
        if because is None:
            continue
        graph.take(login)
        for use in uses:
            if _began_with(use, login, logins, is_given=use.key_id in given):
                yield held_by(because, use.key_id, Origin.MINTED, use.arn, use.account, Certainty.LIKELY,
                              f"a session of the sign-in from {login.address}", use.first,
                              (login.event_id,), closeness=Closeness.BY_SIGN_IN)  # fmt: skip


def _is_session(arn: str) -> bool:
    return ":assumed-role/" in arn or ":federated-user/" in arn


def _because(
    graph: Graph, login: Call, passwords: list[PasswordSet], taken: list[SignedIn], resets: list[Call]
) -> Because | None:
    """Why a sign-in is the attacker's: his password, until somebody else set another; or his session's token."""
    for lead in sorted(passwords, key=lambda one: one.because.at, reverse=True):
        if lead.user_arn == login.principal_arn and lead.because.at <= login.at:
            between = [r for r in resets if lead.because.at < r.at <= login.at and _of_user(r, lead.user_arn)]
            if not any(r.event_id not in graph.calls for r in between):
                return lead.because
    for sign_in in taken:
        begun = sign_in.because.at
        if sign_in.arn == login.principal_arn and begun - _SLACK <= login.at <= begun + _TO_SIGN_IN:
            return sign_in.because
    return None


def _of_session(graph: Graph, login: Call, uses: list[Use]) -> Because | None:
    """A sign-in under the ARN of a session of his: from an address of his, or where nobody else bears that ARN."""
    if not _is_session(login.principal_arn):
        return None
    others = any(u.arn == login.principal_arn and u.key_id not in graph.held and u.first < login.at for u in uses)
    for held in graph.held.values():
        mine = held.principal_arn == login.principal_arn and held.since <= login.at
        if mine and (login.address in graph.addresses or not others):
            return Because(held.key_id, login.event_id, login.at, "ConsoleLogin")
    return None


def _of_user(call: Call, user_arn: str) -> bool:
    named = call.request.get("userName")
    return call.principal_arn == user_arn if named is None else user_arn.endswith(f"/{named}")


def _began_with(use: Use, login: Call, logins: list[Call], *, is_given: bool) -> bool:
    """Which sign-in a session came from: the last one before it was made. A tool's is made in that moment. What bears
    no mark of the console came from it too, where no call gave it out and the console session still lived.
    """
    if use.arn != login.principal_arn:
        return False
    begun = use.since or use.first
    if login.operation != "ConsoleLogin":
        return not use.from_console and use.since is not None and abs(use.since - login.at) <= _SLACK
    before = [one for one in logins if _is_console(one) and one.principal_arn == use.arn and one.at <= begun + _SLACK]
    unexplained = not is_given and login.at <= begun <= login.at + _CONSOLE_SESSION
    from_console = use.from_console or abs(begun - login.at) <= _SLACK or unexplained
    return from_console and bool(before) and max(before, key=lambda one: one.at) == login


def _is_console(login: Call) -> bool:
    return login.accepted and login.operation == "ConsoleLogin"
