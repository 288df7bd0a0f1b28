"""Mail in your name: a sender of the attacker's is made known, and used. What becomes of it, a person decides."""

from typing import Any

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces

_FROM = "billing@example.org"
_TEXT: dict[str, Any] = {"Subject": {"Data": "An invoice"}, "Body": {"Text": {"Data": "Please pay."}}}

TECHNIQUE = Technique(
    id="mail_sent",
    title="Mail sent in your name",
    attack=("T1496.004", "T1566"),
    prepare=be_administrator,
    moves=(
        call("ses:GetSendQuota"),
        call("ses:VerifyEmailIdentity", EmailAddress=_FROM),
        call("ses:SendEmail", Source=_FROM, Destination={"ToAddresses": ["ada@example.org"]}, Message=_TEXT),
    ),
    seen=Traces(rules=("ses-explored", "ses-abused"), things=("SES::EmailIdentity",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    lost=(f"mail identity {_FROM}",),
    by_hand=("SES::",),
    only_standin=LEAVES,
)
