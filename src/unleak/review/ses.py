"""Identities of SES and how much may be sent: a leaked key is often wanted for nothing but mail."""

from collections.abc import Iterator

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, medium, some

_SANDBOX = 200
"""Mails a day of an account that was never let out: https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html"""


class Ses:
    id = "ses"
    title = "Identities that may send mail, and how much"
    scope = Scope.REGIONAL
    permissions = ("ses:ListIdentities", "ses:GetSendQuota")
    types = ("AWS::SES::EmailIdentity", "AWS::SES::SendingQuota")

    def look(self, place: Place) -> Iterator[Thing]:
        ses = place.client("ses")
        for name in ses.items("list_identities", "Identities"):
            yield place.thing("AWS::SES::EmailIdentity", place.arn("ses", f"identity/{name}"), name)
        quota = ses.get_send_quota()
        most, sent = quota.get("Max24HourSend", 0), quota.get("SentLast24Hours", 0)
        if most > _SANDBOX or sent:
            yield place.thing(
                "AWS::SES::SendingQuota", place.arn("ses", "quota"), "sending quota",
                detail=some(may_send=f"{most:,.0f} a day", sent_today=f"{sent:,.0f}"),
                concerns=(medium("has sent mail in the last day"),) if sent else (),
            )  # fmt: skip


CHECK = Ses()
