"""What watches: GuardDuty, Security Hub, Access Analyzer, Macie, Inspector, Detective.

https://docs.aws.amazon.com/guardduty/latest/APIReference/Welcome.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row

_DETECTOR = here("guardduty", "detector/{detectorId}")
_FILTER = _DETECTOR + "/filter/{name|filterName}"
_HUB = here("securityhub", "hub/default")
_ANALYZER = here("access-analyzer", "analyzer/{analyzerName}")
_MACIE, _INSPECTOR = here("macie2", "*"), here("inspector2", "*")

_GUARDDUTY = (
    Row("guardduty:CreateDetector", "GuardDuty::Detector", CREATED, here("guardduty", "detector/{>detectorId}")),
    Row("guardduty:DeleteDetector", "GuardDuty::Detector", DELETED, _DETECTOR, "detector deleted"),
    # Only with `enable` is it switched on or off; without it, its sources or its rhythm were changed.
    Row("guardduty:UpdateDetector", "GuardDuty::Detector", CHANGED, _DETECTOR, "enabled: {enable}", key="settings"),
    Row("guardduty:CreateFilter", "GuardDuty::Filter", CREATED, _FILTER, "findings are {action}"),
    Row("guardduty:UpdateFilter", "GuardDuty::Filter", CHANGED, _FILTER, "findings are {action}", key="settings"),
    Row("guardduty:DeleteFilter", "GuardDuty::Filter", DELETED, _FILTER),
    *(
        Row(f"guardduty:Create{name}", f"GuardDuty::{name}", CREATED, f"{_DETECTOR}/{kind}/{{>{field}}}", "{location}")
        for name, kind, field in (
            ("IPSet", "ipset", "ipSetId"), ("ThreatIntelSet", "threatintelset", "threatIntelSetId"),
        )
    ),
    *(
        Row(f"guardduty:{verb}{name}", f"GuardDuty::{name}", deed, f"{_DETECTOR}/{segment}/{{{field}}}", words, key=key)
        for name, segment, field in (
            ("IPSet", "ipset", "ipSetId"), ("ThreatIntelSet", "threatintelset", "threatIntelSetId"),
        )
        for verb, deed, words, key in (("Update", CHANGED, "{location}", "settings"), ("Delete", DELETED, "", ""))
    ),
    Row("guardduty:ArchiveFindings", "GuardDuty::Detector", CHANGED, _DETECTOR, "findings archived", key="archived"),
    Row(
        "guardduty:UnarchiveFindings", "GuardDuty::Detector", CHANGED, _DETECTOR, "findings brought back",
        key="archived",
    ),
    *(
        Row(f"guardduty:{name}", "GuardDuty::Detector", CHANGED, _DETECTOR, words, key="members", away=True)
        for name, words in (
            ("DeleteMembers", "member accounts deleted"), ("DisassociateMembers", "member accounts let go"),
            ("StopMonitoringMembers", "member accounts watched no longer"),
            ("DisassociateFromMasterAccount", "left its administrator"),
            ("DisassociateFromAdministratorAccount", "left its administrator"),
        )
    ),
    Row("guardduty:CreateMembers", "GuardDuty::Detector", CHANGED, _DETECTOR, "member accounts added", key="members"),
    Row(
        "guardduty:StartMonitoringMembers", "GuardDuty::Detector", CHANGED, _DETECTOR, "member accounts watched",
        key="members",
    ),
    Row(
        "guardduty:CreatePublishingDestination", "GuardDuty::PublishingDestination", CREATED,
        _DETECTOR + "/publishingDestination/{>destinationId}",
    ),
    Row(
        "guardduty:DeletePublishingDestination", "GuardDuty::PublishingDestination", DELETED,
        _DETECTOR + "/publishingDestination/{destinationId}",
    ),
)  # fmt: skip

_OTHERS = (
    Row("securityhub:EnableSecurityHub", "SecurityHub::Hub", CREATED, _HUB),
    Row("securityhub:DisableSecurityHub", "SecurityHub::Hub", DELETED, _HUB, "switched off"),
    Row(
        "securityhub:BatchDisableStandards", "SecurityHub::Standard", DELETED, "{.}",
        "standard switched off", each="standardsSubscriptionArns",
    ),
    Row(
        "securityhub:UpdateStandardsControl", "SecurityHub::Control", CHANGED, "{standardsControlArn}",
        "{controlStatus} {disabledReason}", key="status",
    ),
    Row(
        "securityhub:BatchUpdateFindings", "SecurityHub::Hub", CHANGED, _HUB, "findings changed", key="findings",
        quiet=True,
    ),
    Row(
        "securityhub:DisableImportFindingsForProduct", "SecurityHub::ProductSubscription", DELETED,
        "{productSubscriptionArn}",
    ),
    Row("access-analyzer:CreateAnalyzer", "AccessAnalyzer::Analyzer", CREATED, ("{>arn}", _ANALYZER)),
    Row("access-analyzer:DeleteAnalyzer", "AccessAnalyzer::Analyzer", DELETED, _ANALYZER, "analyzer deleted"),
    Row(
        "access-analyzer:CreateArchiveRule access-analyzer:UpdateArchiveRule", "AccessAnalyzer::ArchiveRule", CHANGED,
        _ANALYZER, "findings are archived by rule {ruleName}", key="rule|{ruleName}",
    ),
    Row(
        "access-analyzer:DeleteArchiveRule", "AccessAnalyzer::ArchiveRule", CHANGED, _ANALYZER,
        "rule {ruleName} deleted", key="rule|{ruleName}", away=True,
    ),
    Row("macie2:EnableMacie", "Macie::Session", CREATED, _MACIE),
    Row("macie2:DisableMacie", "Macie::Session", DELETED, _MACIE, "switched off"),
    Row("inspector2:Enable", "Inspector::Session", CREATED, _INSPECTOR),
    Row("inspector2:Disable", "Inspector::Session", DELETED, _INSPECTOR, "switched off"),
    Row("detective:CreateGraph", "Detective::Graph", CREATED, "{>graphArn}"),
    Row("detective:DeleteGraph", "Detective::Graph", DELETED, "{graphArn}", "graph deleted"),
    Row(
        "wafv2:DeleteWebACL", "WAFv2::WebACL", DELETED, here("wafv2", "regional/webacl/{name}/{id}"),
        "firewall deleted",
    ),
    Row(
        "wafv2:DisassociateWebACL", "WAFv2::WebACL", CHANGED, "{resourceArn}", "firewall taken away", key="waf",
        away=True,
    ),
    Row("wafv2:AssociateWebACL", "WAFv2::WebACL", CHANGED, "{resourceArn}", "firewall {webACLArn} given", key="waf"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_GUARDDUTY, *_OTHERS)
