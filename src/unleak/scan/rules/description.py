"""What is said of a rule where findings are shown, as a detector says it of itself."""

from unleak.model.finding import Severity
from unleak.model.value import Value
from unleak.scan.rules.rule import Rule

SEVERITY = Severity.HIGH
"""Rules of this format have none."""


class Description(Value):
    """The part of a `Detector` that formats show."""

    id: str
    title: str
    severity: Severity
    vendor: str
    family: str
    description: str
    security_note: str
    mitigation: str
    references: tuple[str, ...]


def describe(rule: Rule, source: str) -> Description:
    """`source` is the file that the rule came from."""
    return Description(
        id=rule.id,
        title=rule.id,
        severity=SEVERITY,
        vendor="",
        family=", ".join(rule.tags),
        description=rule.description,
        security_note=f"Found by the rule {rule.id} of {source}. Whether it is live nobody asked.",
        mitigation="Revoke it where it was issued and issue another one; then take it out of the code.",
        references=(),
    )
