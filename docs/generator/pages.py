"""Every page of the reference."""

from generator import (
    actions,
    channels,
    checks,
    commands,
    consumers,
    detectors,
    drills,
    evictions,
    exit_codes,
    permissions,
    policy,
    record,
    rules,
    schemas,
    senders,
    settings,
)
from unleak.cli.man_page import man_page
from unleak.investigate.sigma.rules import load

_OF_CODE = (
    actions, channels, checks, commands, consumers, detectors, evictions, exit_codes, permissions, policy, record,
    schemas, senders, settings,
)  # fmt: skip


def pages() -> dict[str, str]:
    """File name to text."""
    known = load().rules
    made = {name: text for of in _OF_CODE for name, text in of.pages().items()}
    made |= rules.pages(known) | drills.pages(known)
    return made | {"unleak.1": f'.\\" Written by `make docs` from the code. Do not edit.\n{man_page()}'}
