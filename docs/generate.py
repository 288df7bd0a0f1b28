"""Writes docs/reference from what the units declare. A test holds the committed pages to it."""

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from schema_pages import schemas

from unleak.cli.man_page import man_page
from unleak.engine.permissions import responder_policy, review_policies, rotation_policy
from unleak.investigate.sigma.rule import LEVELS, Rule
from unleak.investigate.sigma.rules import load
from unleak.playbook.eviction_by_hand import BY_HAND
from unleak.playbook.eviction_table import UNIT_OF
from unleak.respond import ACTIONS, CHECKS
from unleak.review import CHECKS as REVIEW_CHECKS
from unleak.review.check import Scope
from unleak.scan.detector import Detector
from unleak.scan.detectors import DETECTORS
from unleak.scan.example import shown
from unleak.unit import Action

FOLDER = Path(__file__).parent / "reference"
_HEAD = "<!-- Written by `make docs` from the code. Do not edit. -->"


def pages() -> dict[str, str]:
    """File name to text."""
    rules = load().rules
    return {
        "detectors.md": _page("Detectors", _detectors()),
        **{f"detectors/{d.id}.md": _page(d.title, _detector(d)) for d in DETECTORS},
        "actions.md": _page("Actions", _actions()),
        **{f"actions/{a.id}.md": _page(a.title, _action(a)) for a in ACTIONS.values()},
        "evictions.md": _page("Evictions", _evictions()),
        "checks.md": _page("Checks", _checks()),
        "review.md": _page("What a review looks at", _review()),
        "rules.md": _page("Rules", _rules(rules)),
        **{f"rules/{r.slug}.md": _page(r.title, _rule(r)) for r in rules},
        "schemas.md": _page("Documents", schemas()),
        "policy.md": _page("The responder's policy", _policy()),
        "unleak.1": f'.\\" Written by `make docs` from the code. Do not edit.\n{man_page()}',
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([_HEAD, "", f"# {title}", "", *lines]).rstrip() + "\n"


def _detectors() -> Iterator[str]:
    yield from ("What `unleak scan` looks for. `unleak detectors` says the same.", "")
    yield from ("| Detector | What | Family | Severity |", "|---|---|---|---|")
    for d in DETECTORS:
        yield f"| [{d.id}](detectors/{d.id}.md) | {d.title} | {d.family} | {d.severity.value} |"


def _detector(d: Detector) -> Iterator[str]:
    yield from (f"`{d.id}`. {d.vendor}, {d.family}. Severity: {d.severity.value}.", "")
    yield from ("## What it is", "", d.description, "", "## How bad it is", "", d.security_note, "")
    yield from ("## What to do", "", d.mitigation, "", "## What it looks like", "", "Values are masked.", "")
    for example in d.examples:
        yield from ("```text", shown(d, example).rstrip(), "```", "")
    yield from ("## References", "", *(f"- <{r}>" for r in d.references))


def _actions() -> Iterator[str]:
    yield "What unleak may change in an account: proposed before, verified after. When each is wanted is in"
    yield from ("[the decision table](../respond.md#the-decision-table).", "")
    yield from ("| Action | What it does | Breaking | Can be taken back | Deletes |", "|---|---|---|---|---|")
    for a in ACTIONS.values():
        marks = " | ".join("yes" if is_so else "no" for is_so in (a.breaking, a.reversible, a.deletes))
        yield f"| [{a.id}](actions/{a.id}.md) | {a.title} | {marks} |"
    yield from ("", "Breaking: something rightful may stop working. Deletes: a legal hold forbids it.")


def _evictions() -> Iterator[str]:
    """What the table of the playbook says of each kind of fact."""
    yield from _wrapped(
        "What of an attacker's work [`unleak evict`](../evict.md) takes out, and by which action: a row for each kind "
        "of fact that the trail tells. A part is what hangs on a thing; `gone` is what the attacker took away. Where "
        "several actions take out one thing, they come in this order."
    )
    yield ""
    yield from ("| Thing | What they did | Part | Action |", "|---|---|---|---|")
    for line in UNIT_OF:
        did = ", ".join(sorted(line.deeds)) or "any"
        part = f"`{line.part}`".replace("|", "\\|") if line.part else "the thing itself"
        away = {True: ", gone", False: "", None: ", there or gone"}[line.gone]
        yield f"| {line.type} | {did} | {part}{away} | [{line.unit}](actions/{line.unit}.md) |"
    yield from ("", "Left to a person:", "", "| Thing | What they did | Part | Why |", "|---|---|---|---|")
    for hand in BY_HAND:
        did = ", ".join(sorted(hand.deeds)) or "any"
        part = "any" if hand.part == "*" else f"`{hand.part}`".replace("|", "\\|") if hand.part else "the thing itself"
        yield f"| {hand.type.replace('*', '...')} | {did} | {part} | {hand.why} |"


def _action(a: Action) -> Iterator[str]:
    yield from (f"`{a.id}`", "", *_docstring(a), "## What it means", "", "| | |", "|---|---|")
    yield f"| may break something rightful | {'yes' if a.breaking else 'no'} |"
    yield f"| can be taken back | {'yes' if a.reversible else 'no'} |"
    yield f"| deletes for good (a legal hold forbids it) | {'yes' if a.deletes else 'no'} |"
    yield from (f"| undone by | {_UNDONE_BY[a.id]} |", "", "## What it needs", "")
    yield from _wrapped(", ".join(f"`{p}`" for p in a.permissions) + ".")
    yield from ("", "## By hand", "", "In the console:", "")
    names = {"name": "NAME", "key_id": "KEY_ID", "user": "USER", "region": "REGION"}
    yield from (f"> {a.by_hand.console.format(**names)}", "", "With the AWS CLI:", "")
    yield from ("```sh", a.by_hand.cli.format(**names), "```", "", "## References", "")
    yield from (f"- <{r}>" for r in a.references)


_NEVER = "nothing"
_UNDONE_BY = {
    "attach_quarantine": "detaching the policy; taking the user out of our group; putting the old boundary back; "
    "deleting our policy",
    "revoke_user_sessions": "deleting our policy, all rounds at once",
    "revoke_role_sessions": "deleting our policy, all rounds at once",
    "revoke_service_credentials": "setting to Active those that are older than the leak and did not leak themselves",
    "deactivate_key": "nothing, for a credential of the incident: `unleak incident break-glass` is the one way back",
    "deny_all": "deleting our policy; by itself, when no session can live any more and the trail was read",
    "lock_with_scp": "detaching and deleting our policy",
    "block_console": f"{_NEVER}: an administrator gives the user a new password",
    "root_key": f"{_NEVER}: a deleted key cannot come back",
    "delete_key": f"{_NEVER}: a deleted key cannot come back",
    "delete_user": "making the user again with its policies and groups; no key, password or second factor comes back",
    "break_glass": "setting the key to Inactive again, then deleting the fence; by itself, when its time is up",
    "put_back_object": "deleting our copies: what they lie upon is the latest again",
    "put_back_parameter": "writing the value that we found again",
    "put_back_secret": "moving AWSCURRENT back; what was restored waits to be deleted again",
    "put_back_function": "writing what was found again: it was published as a version, which stays",
    "put_back_image": "putting the tag where it was found, or taking it off: never off an image without another",
    "put_back_table": "deleting the new table, unless it is protected from that; a legal hold keeps it",
    "stop_instance": "starting it again, if it ran before",
    "lift_aws_quarantine": "attaching it again",
    "restore_principal": "writing what was found there",
    "restore_trust": "writing the trust policy that was found",
    "restore_policy": "making the version the default that was it",
    "delete_role": "making the role again with its policies; it gets another unique id",
    "delete_policy": "making the policy again, and attaching it where it was",
    "disable_function": "letting it run as before; a URL that was deleted comes back with another address",
    "delete_function": f"{_NEVER}: what is deleted is gone",
    "close_security_group": "writing the rules that were found; they get other ids",
    "unshare_snapshot": "sharing it as it was found",
    "unshare_image": "sharing it as it was found",
    "unshare_database_snapshot": "sharing it as it was found",
    "unshare_document": "sharing it as it was found",
    "terminate_instance": f"{_NEVER}: what is deleted is gone",
    "delete_lightsail_instance": f"{_NEVER}: what is deleted is gone",
    "deregister_image": f"{_NEVER}: what is deleted is gone",
    "delete_snapshot": f"{_NEVER}: what is deleted is gone",
    "delete_database_snapshot": f"{_NEVER}: what is deleted is gone",
    "restore_bucket": "writing what was found there",
    "stop_scaling": "setting the sizes that were found; other instances are started",
    "isolate_instance": "giving its interfaces the security groups that they had",
    "release_profile": "putting the profile on that was found",
    "cancel_spot_request": f"{_NEVER}: what is deleted is gone",
    "delete_scaling_group": f"{_NEVER}: what is deleted is gone",
    "delete_launch_template": f"{_NEVER}: what is deleted is gone",
    "delete_key_pair": f"{_NEVER}: what is deleted is gone",
    "snapshot_disks": "deleting the snapshots that it took; a legal hold keeps them",
    "delete_security_group": f"{_NEVER}: what is deleted is gone",
    "delete_service": f"{_NEVER}: what is deleted is gone",
    "delete_identity_provider": f"{_NEVER}: what is deleted is gone",
    "delete_user_credential": f"{_NEVER}: what is deleted is gone",
    "delete_policy_version": f"{_NEVER}: what is deleted is gone",
    "delete_group": "making the group again with its policies and members",
    "delete_instance_profile": "making the profile again, with the role that it had",
    "start_trail": "writing what was found; a trail that was made again stays, and is stopped",
    "start_detector": "switching it off; a detector that was made anew is not deleted",
    "start_recorder": "stopping it again",
    "restore_key": "disabling it, or stopping its rotation, as it was found",
    "revoke_grant": f"{_NEVER}: what is deleted is gone",
    "restore_resource_policy": "writing what was found there",
    "stop_service": "letting it run as many tasks as before",
    "restore_rule": "writing what was found there",
    "stop_lightsail_instance": "starting it again",
    "rotate_key": f"{_NEVER}: nobody can be given the old secret back; until it is deactivated, the old key works",
}
"""In words; what is written just then is told with each change before it is made."""


def _docstring(a: Action) -> Iterator[str]:
    """That of its module."""
    for paragraph in (sys.modules[type(a).__module__].__doc__ or "").strip().split("\n\n"):
        yield from (*_wrapped(re.sub(r"(https://\S+)", r"<\1>", " ".join(paragraph.split()))), "")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 120, break_long_words=False, break_on_hyphens=False)


def _checks() -> Iterator[str]:
    yield from ("What unleak looks at. A check never writes.", "", "| Check | What it does | Needs |", "|---|---|---|")
    for c in CHECKS.values():
        yield f"| {c.id} | {c.title} | {', '.join(f'`{p}`' for p in c.permissions) or 'nothing'} |"


def _review() -> Iterator[str]:
    yield "What `unleak review` looks at, in this order of worth. `--check ID` takes one of them. None of them writes."
    yield ""
    for c in REVIEW_CHECKS:
        doc = sys.modules[type(c).__module__ if c.id in type(c).__module__ else f"unleak.review.{c.id}"].__doc__ or ""
        yield from (f"## {c.id}", "", *_wrapped(f"{c.title}. {_once(c.scope)}."), "")
        for paragraph in doc.strip().split("\n\n"):
            yield from (*_wrapped(re.sub(r"(https://\S+)", r"<\1>", " ".join(paragraph.split()))), "")
        yield from (*_wrapped("Tells of " + ", ".join(f"`{kind}`" for kind in c.types) + "."), "")
        yield from (*_wrapped("Needs " + ", ".join(f"`{p}`" for p in c.permissions) + "."), "")
    yield from ("## The policy", "", "As `unleak setup policy --review` prints it: managed policies, each within IAM's")
    yield from ("limit of 6,144 characters.", "", "```json", json.dumps(list(review_policies()), indent=2), "```")


def _once(scope: Scope) -> str:
    return "Once in an account" if scope is Scope.GLOBAL else "In every region"


def _rules(rules: Sequence[Rule]) -> Iterator[str]:
    yield "What `unleak investigate` names in an attacker's calls: Sigma rules, in the package's `investigate/rules`."
    yield from ("They name attempts too: whether a call succeeded is told beside them.", "")
    yield from ("| Rule | What | Level | ATT&CK |", "|---|---|---|---|")
    for r in sorted(rules, key=lambda r: (-LEVELS.index(r.level), r.slug)):
        yield f"| [{r.slug}](rules/{r.slug}.md) | {r.title} | {r.level} | {', '.join(r.techniques)} |"


def _rule(r: Rule) -> Iterator[str]:
    yield from (f"`{r.slug}`, {r.id}. Level: {r.level}.", "", *_wrapped(" ".join(r.description.split())), "")
    yield from ("| | |", "|---|---|", f"| ATT&CK techniques | {', '.join(r.techniques) or 'none'} |")
    yield from (f"| tactics | {', '.join(r.tactics) or 'none'} |", "")
    if r.false_positives:
        yield from ("## What else it may be", "", *(f"- {one}" for one in r.false_positives), "")
    for title, examples in (("It names", r.examples), ("It does not name", r.counter_examples)):
        yield from (f"## {title}", "")
        for example in examples:
            yield from ("```json", json.dumps(example, indent=2), "```", "")
    yield from ("## References", "", *(f"- <{reference}>" for reference in r.references))


def _policy() -> Iterator[str]:
    yield "Least privilege for the identity that unleak runs as, as `unleak setup policy` prints it. The drill runs"
    yield from ("with exactly this policy.", "", "```json", json.dumps(responder_policy(), indent=2), "```", "")
    yield from ("`unleak rotate` needs this as well (`unleak setup policy --rotation`):", "")
    yield from ("```json", json.dumps(rotation_policy(), indent=2), "```")


def main() -> None:
    for name, text in pages().items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
