"""A finding in Security Hub of the account that the key belongs to, kept up to date as the incident goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from unleak.model.clock import stamp
from unleak.model.credential import CredentialKind
from unleak.model.errors import AwsError, UnleakError, Unreachable
from unleak.model.incident import Incident
from unleak.model.occasion import Kind
from unleak.notify.channel import Access, NotTold
from unleak.notify.notice import Notice
from unleak.notify_settings import NotifySetting

_LONGEST_TITLE, _LONGEST_TEXT = 256, 1024
_TYPE = "Sensitive Data Identifications/Passwords/AWS Access Key"
_GRAVEST = {Kind.ESCALATED, Kind.ABUSE}


def finding(notice: Notice, account: str, region: str, partition: str) -> dict[str, Any]:
    """One for each incident: what has its id already is brought up to date.

    A provider may write what stands in FindingProviderFields, and the record's state; the workflow is the customer's.
    https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
    https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
    """
    story = notice.story
    severity = {"Label": _severity(notice)}
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"{region}/{account}/unleak/{story.incident_id}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "ProductName": "unleak",
        "GeneratorId": "unleak",
        "AwsAccountId": account,
        "Types": [_TYPE],
        "FindingProviderFields": {"Severity": severity, "Types": [_TYPE]},
        "Severity": severity,
        "CreatedAt": _time(story.opened_at or notice.at),
        "UpdatedAt": _time(notice.at),
        "Title": notice.subject[:_LONGEST_TITLE],
        "Description": notice.text[:_LONGEST_TEXT],
        "Resources": [
            {
                "Type": "AwsIamAccessKey",
                "Id": f"AWS::IAM::AccessKey:{story.key_id}",
                "Partition": partition,
                "Region": region,
            }
        ],
        "RecordState": "ARCHIVED" if notice.is_test or notice.kind is Kind.RESTORED else "ACTIVE",
    }


def _severity(notice: Notice) -> str:
    if notice.is_test or notice.story.status == "contained":
        return "INFORMATIONAL"
    return "CRITICAL" if notice.kind in _GRAVEST else "HIGH"


def _time(when: datetime) -> str:
    return stamp(when)


@dataclass(frozen=True, slots=True)
class SecurityHub:
    kind: str = "security_hub"
    title: str = "A finding in Security Hub, in the account of the key"
    settings: Mapping[str, str] = field(
        default_factory=lambda: {
            "region": "where Security Hub is looked at; the region of unleak.toml where it is empty"
        }
    )
    permissions: tuple[str, ...] = ("securityhub:BatchImportFindings",)
    references: tuple[str, ...] = (
        "https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html",
    )

    def concerns(self, incident: Incident, setting: NotifySetting) -> bool:
        """Not before the account is known, and not where it is not ours: the finding stands in the account itself."""
        del setting
        owner = incident.owner
        return owner is not None and bool(owner.account) and owner.kind is not CredentialKind.FOREIGN

    def send(self, notice: Notice, access: Access) -> str:
        account = notice.story.account or access.aws.caller.account
        region = access.setting.values.get("region") or access.region
        partition = access.aws.caller_in(account).arn.split(":")[1]
        made = finding(notice, account, region, partition)
        try:
            answer = access.aws.client(account, "securityhub", region).batch_import_findings(Findings=[made])
        except Unreachable as error:
            raise NotTold(str(error), error.hint) from error
        except AwsError as error:
            raise NotTold(str(error), error.hint or "is Security Hub enabled there?", refused=True) from error
        except UnleakError as error:
            raise NotTold(str(error), error.hint) from error
        for failed in answer.get("FailedFindings", ()):
            raise NotTold(f"Security Hub did not take it: {failed.get('ErrorCode', '')}", refused=True)
        return f"account {account}, {region}"


SECURITY_HUB = SecurityHub()
