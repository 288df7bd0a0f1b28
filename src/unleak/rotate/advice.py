"""The better end: which programs could do without a key, with the policies and the code for it, as text."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from unleak.rotate.ends import ENDS, End
from unleak.rotate.uses import Runs, Use, runs_of_consumer

_FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
"""They need no permission. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html"""
_NOTHING_SEEN = "SERVICE:ACTION"


@dataclass(frozen=True, slots=True)
class Advice:
    """One end, for all programs that run alike. `because`: what speaks for it. `policy` allows what they were seen to
    do.
    """

    runs: Runs
    end: End
    because: tuple[str, ...]
    policy: dict[str, Any]


def advise(uses: Sequence[Use], consumers: Iterable[str]) -> list[Advice]:
    """By the calls of the key, and by who holds it. Where nothing is known of either, for a machine anywhere."""
    told: dict[Runs, list[str]] = {}
    for use in uses:
        where = f" from {', '.join(use.addresses[:3])}" if use.addresses else ""
        told.setdefault(use.runs, []).append(f"{use.program}, {use.calls} calls{where}")
    for text in consumers:
        if (runs := runs_of_consumer(text)) is not None:
            told.setdefault(runs, []).append(f"{text} holds the key")
    if not told:
        told[Runs.ELSEWHERE] = ["nothing tells where the key is used"]
    return [Advice(runs, ENDS[runs], tuple(because), _policy(uses, runs)) for runs, because in told.items()]


def _policy(uses: Sequence[Use], runs: Runs) -> dict[str, Any]:
    """Of those that run there; of all, where only a consumer speaks for it."""
    mine = [u for u in uses if u.runs is runs] or uses
    actions = sorted({a for u in mine for a in u.actions} - _FREE)
    statement = {"Effect": "Allow", "Action": actions or [_NOTHING_SEEN], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def as_text(key_id: str, account: str, advice: Sequence[Advice]) -> str:
    lines = [f"How to do without {key_id}"]
    for one in advice:
        lines += ["", f"{one.end.title} ({one.runs.value})", f"  {one.end.why}"]
        lines += [f"  because: {because}" for because in one.because]
        lines += [f"  {number}. {step}" for number, step in enumerate(one.end.steps, 1)]
        if one.end.trust:
            trust = {"Version": "2012-10-17", "Statement": [one.end.trust]}
            lines += ["", "  who may have the role (trust policy)", *_indented(json.dumps(trust, indent=2), account)]
        lines += [
            "",
            "  what it may do: the actions that the trail shows",
            *_indented(json.dumps(one.policy, indent=2)),
        ]
        lines += ["", "  what changes", *_indented(one.end.code, account), "", f"  {one.end.reference}"]
    lines += [
        "",
        "The trail shows management events of 90 days: reads and writes of data (s3:GetObject, dynamodb:Query)",
    ]
    lines += ["are not in it. Add those that the program needs, and name its resources in place of the star."]
    return "\n".join(lines)


def _indented(text: str, account: str = "") -> list[str]:
    return [f"    {line}" for line in (text.replace("ACCOUNT", account) if account else text).splitlines()]
