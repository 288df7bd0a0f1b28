"""What sends: SES, SNS, SQS.

https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html
"""

from collections.abc import Iterator

from unleak.investigate.standing.field import Scene, here, many, word
from unleak.investigate.standing.outsiders import as_principals, lets_in, named_in, outside, readable
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Own, Row, made_and_deleted
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

_IDENTITY = here("ses", "identity/{identity|emailIdentity|emailAddress|domain}")
_POLICY = "policy|{policyName}"
_ACCOUNT = here("ses", "*")
_TOPIC = "{topicArn}"


def _queue(call: Call) -> str:
    """Of `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`."""
    scene = Scene(call)
    parts = (word(scene.at(">queueUrl")) or word(scene.at("queueUrl"))).rstrip("/").split("/")
    name = parts[-1] or word(scene.at("queueName"))
    account = parts[-2] if len(parts) > 1 and parts[-2].isdigit() else call.account
    return f"arn:{call.partition}:sqs:{call.region}:{account}:{name}" if name else ""


def _of_queue(call: Call) -> Iterator[Trace]:
    arn = _queue(call)
    if not arn:
        return
    deed = Deed.CREATED if call.operation == "CreateQueue" else Deed.DELETED
    gone = deed is Deed.DELETED
    yield Trace(arn, "AWS::SQS::Queue", deed, "", (arn if gone else f"{arn}|gone",), f"{arn}|gone" if gone else arn)


def _of_attributes(call: Call) -> Iterator[Trace]:
    """A policy is one attribute of many."""
    scene = Scene(call)
    arn = _queue(call) if call.service == "sqs" else scene.filled(_TOPIC)
    kind = "AWS::SQS::Queue" if call.service == "sqs" else "AWS::SNS::Topic"
    name = word(scene.at("attributeName"))
    policy = scene.at("attributes.Policy") or (scene.at("attributeValue") if name == "Policy" else None)
    if not arn:
        return
    if policy is None:
        yield Trace(
            arn, kind, Deed.CHANGED, f"attribute {name} changed".replace("  ", " "), (), f"{arn}|attribute|{name}"
        )
        return
    named = named_in(policy, call)
    grants = outside(named, call)
    yield Trace(
        arn=arn,
        type=kind,
        deed=Deed.SHARED if grants else Deed.CHANGED,
        detail=" ".join(filter(None, ("policy", lets_in(grants)))),
        undoes=(f"{arn}|policy",) if readable(policy) else (),
        fact=f"{arn}|policy",
        grants=grants,
        named=named,
    )


def _of_permission(call: Call) -> Iterator[Trace]:
    """One statement of the policy, by its label."""
    scene = Scene(call)
    arn = _queue(call) if call.service == "sqs" else scene.filled(_TOPIC)
    kind = "AWS::SQS::Queue" if call.service == "sqs" else "AWS::SNS::Topic"
    label = word(scene.at("label"))
    fact = f"{arn}|permission|{label}"
    if not arn:
        return
    if call.operation == "RemovePermission":
        yield Trace(arn, kind, Deed.CHANGED, f"permission {label} taken away", (fact,), f"{fact}|gone")
        return
    named = as_principals(many(scene.at("aWSAccountIds")), call)
    grants = outside(named, call)
    detail = f"permission {label} {lets_in(grants)}".rstrip()
    yield Trace(
        arn, kind, Deed.SHARED if grants else Deed.CHANGED, detail, (f"{fact}|gone",), fact, grants=grants, named=named
    )


_SES = (
    Row(
        "ses:VerifyEmailIdentity ses:VerifyEmailAddress ses:VerifyDomainIdentity ses:VerifyDomainDkim"
        " ses:CreateEmailIdentity",
        "SES::EmailIdentity", CREATED, _IDENTITY,
    ),
    Row(
        "ses:DeleteIdentity ses:DeleteVerifiedEmailAddress ses:DeleteEmailIdentity", "SES::EmailIdentity", DELETED,
        _IDENTITY,
    ),
    Row(
        "ses:PutIdentityPolicy ses:CreateEmailIdentityPolicy ses:UpdateEmailIdentityPolicy", "SES::EmailIdentity",
        CHANGED, _IDENTITY, "policy {policyName}", key=_POLICY, document="policy",
    ),
    Row(
        "ses:DeleteIdentityPolicy ses:DeleteEmailIdentityPolicy", "SES::EmailIdentity", CHANGED, _IDENTITY,
        "policy {policyName} deleted", key=_POLICY, away=True,
    ),
    Row(
        "ses:UpdateAccountSendingEnabled", "SES::Account", CHANGED, _ACCOUNT, "sending enabled: {enabled}",
        key="sending",
    ),
    Row(
        "ses:PutAccountSendingAttributes", "SES::Account", CHANGED, _ACCOUNT, "sending enabled: {sendingEnabled}",
        key="sending",
    ),
    Row(
        "ses:PutAccountDetails", "SES::Account", CHANGED, _ACCOUNT,
        "asked to leave the sandbox: {mailType} {websiteURL}", key="details",
    ),
    Row(
        "ses:PutAccountSuppressionAttributes", "SES::Account", CHANGED, _ACCOUNT, "suppression changed",
        key="suppression",
    ),
    Row(
        "ses:PutAccountDedicatedIpWarmupAttributes", "SES::Account", CHANGED, _ACCOUNT, "warming up changed",
        key="warmup",
    ),
    *made_and_deleted(
        "ses:ConfigurationSet", "SES::ConfigurationSet",
        here("ses", "configuration-set/{configurationSetName|configurationSet.name}"),
        here("ses", "configuration-set/{configurationSetName}"),
    ),
    *made_and_deleted(
        "ses:Template", "SES::Template", here("ses", "template/{template.templateName}"),
        here("ses", "template/{templateName}"),
    )[1:],
    Row("ses:CreateTemplate", "SES::Template", CREATED, here("ses", "template/{template.templateName}")),
    *made_and_deleted(
        "ses:EmailTemplate", "SES::Template", here("ses", "template/{templateName}"),
        here("ses", "template/{templateName}"),
    ),
    *made_and_deleted(
        "ses:ReceiptRule", "SES::ReceiptRule", here("ses", "receipt-rule-set/{ruleSetName}:receipt-rule/{rule.name}"),
        here("ses", "receipt-rule-set/{ruleSetName}:receipt-rule/{ruleName}"),
    )[1:],
    Row(
        "ses:CreateReceiptRule", "SES::ReceiptRule", CREATED,
        here("ses", "receipt-rule-set/{ruleSetName}:receipt-rule/{rule.name}"),
    ),
)  # fmt: skip

_OTHERS = (
    *made_and_deleted("sns:Topic", "SNS::Topic", ("{>topicArn}", here("sns", "{name}")), _TOPIC)[1:],
    Row("sns:CreateTopic", "SNS::Topic", CREATED, here("sns", "{name}")),
    Row(
        "sns:Subscribe", "SNS::Subscription", CHANGED, _TOPIC, "{endpoint} gets its messages over {protocol}",
        key="to|{protocol}|{endpoint}", replaces=False, also=("{>subscriptionArn}",), quiet=True,
    ),
    Row("sns:Unsubscribe", "SNS::Subscription", DELETED, "{subscriptionArn}"),
    Row("sns:SetSMSAttributes", "SNS::Account", CHANGED, here("sns", "*"), "settings for SMS changed", key="sms"),
    Row(
        "sns:CreateSMSSandboxPhoneNumber", "SNS::Account", CHANGED, here("sns", "*"),
        "telephone number added for SMS", key="number",
    ),
    Own("sqs:CreateQueue sqs:DeleteQueue", _of_queue),
    Own("sqs:SetQueueAttributes sns:SetTopicAttributes", _of_attributes),
    Own("sqs:AddPermission sqs:RemovePermission sns:AddPermission sns:RemovePermission", _of_permission),
)  # fmt: skip

ROWS: tuple[Row | Own, ...] = (*_SES, *_OTHERS)
