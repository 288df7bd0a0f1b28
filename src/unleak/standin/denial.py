"""How AWS words a refusal: who, what, on what, and which policy said so.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from unleak.iam.evaluate import Decision
from unleak.standin.authorize import Caller, Denial
from unleak.standin.request import ApiCall


def denial_text(call: ApiCall, caller: Caller, denial: Denial) -> str:
    p = caller.principal
    who = f"User: {p.arn}" if p.arn else "User: anonymous"
    text = f"{who} is not authorized to perform: {denial.action} on resource: {denial.resource} {_why(denial)}"
    return f"You are not authorized to perform this operation. {text}" if call.service == "ec2" else text


def _why(denial: Denial) -> str:
    kind = denial.ruling.kind or "identity-based policy"
    if denial.ruling.decision is Decision.EXPLICIT_DENY:
        return f"with an explicit deny in {'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    return f"because no {kind} allows the {denial.action} action"
