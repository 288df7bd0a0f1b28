"""Who may tell us of leaked keys. One file a sender."""

from unleak.intake.notice import Sender
from unleak.intake.senders import eventbridge, github, github_partner, scanner, sns

SENDERS: tuple[Sender, ...] = (
    github.SENDER,
    github_partner.SENDER,
    eventbridge.SENDER,
    sns.SENDER,
    scanner.SENDER,
)
