"""Which tool a user agent names. A caller names itself as it likes: what is told here is told, not proved.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Tool:
    """A row of the table: `pattern` is searched for in an agent, in any case. An attack tool is made for looking
    around, attacking or trying found keys; others use some of them with good right.
    """

    pattern: str
    name: str
    is_attack_tool: bool = False


TOOLS: tuple[Tool, ...] = (
    Tool(r"\bpacu\b", "Pacu", is_attack_tool=True),
    Tool(r"stratus-red-team", "Stratus Red Team", is_attack_tool=True),
    Tool(r"scout ?suite", "ScoutSuite", is_attack_tool=True),
    Tool(r"prowler", "Prowler", is_attack_tool=True),
    Tool(r"cloudfox", "CloudFox", is_attack_tool=True),
    Tool(r"cloudmapper", "CloudMapper", is_attack_tool=True),
    Tool(r"enumerate-iam", "enumerate-iam", is_attack_tool=True),
    Tool(r"weirdaal", "weirdAAL", is_attack_tool=True),
    Tool(r"trufflehog", "TruffleHog", is_attack_tool=True),
    Tool(r"\bkali\b|\+kali\d*\b|-kali\d+-", "Kali Linux", is_attack_tool=True),
    Tool(r"[/#.\-]parrot\b|\+parrot|-\d*parrot\d", "Parrot Linux", is_attack_tool=True),
    Tool(r"pentoo", "Pentoo Linux", is_attack_tool=True),
    Tool(r"steampipe", "Steampipe"),
    Tool(r"powerpipe", "Powerpipe"),
    Tool(r"s3 ?browser", "S3 Browser"),
    Tool(r"cyberduck", "Cyberduck"),
    Tool(r"rclone", "rclone"),
    Tool(r"s5cmd", "s5cmd"),
    Tool(r"winscp", "WinSCP"),
    Tool(r"terraform", "Terraform"),
    Tool(r"opentofu", "OpenTofu"),
    Tool(r"pulumi", "Pulumi"),
    Tool(r"\bcloudshell\b|exec-env/cloudshell", "CloudShell"),
    Tool(r"signin\.amazonaws\.com|console\.amazonaws\.com|aws-?console|^mozilla/|s3console", "Console"),
    Tool(r"aws-cli/", "AWS CLI"),
    Tool(r"aws-?powershell|powershell", "AWS Tools for PowerShell"),
    Tool(r"\bboto3/|\bbotocore[/#]|\bboto/", "boto3"),
    Tool(r"aws-sdk-go", "AWS SDK for Go"),
    Tool(r"aws-sdk-java", "AWS SDK for Java"),
    Tool(r"aws-sdk-(?:js|nodejs)", "AWS SDK for JavaScript"),
    Tool(r"aws-sdk-php", "AWS SDK for PHP"),
    Tool(r"aws-sdk-ruby", "AWS SDK for Ruby"),
    Tool(r"aws-sdk-rust", "AWS SDK for Rust"),
    Tool(r"aws-sdk-(?:dotnet|net)", "AWS SDK for .NET"),
    Tool(r"\bcurl/", "curl"),
    Tool(r"python-requests/", "Python requests"),
    Tool(r"go-http-client/", "a Go program"),
    Tool(r"\.amazonaws\.com$|^aws internal$", "a service of AWS"),
)
"""In order: what says more comes first. Attack tools, then whole programs, then what programs are built with."""

_SDKS = frozenset(t.name for t in TOOLS if t.name.startswith("AWS SDK")) | {"boto3", "a Go program"}
_COMPILED = tuple((re.compile(t.pattern, re.IGNORECASE), t) for t in TOOLS)


@lru_cache(maxsize=4096)
def tools_of(agent: str) -> tuple[Tool, ...]:
    """All attack tools that it names, else the first other row that fits; none is possible. The AWS CLI on Kali Linux
    is both.
    """
    text = agent[:_LONGEST]
    fits = [tool for pattern, tool in _COMPILED if pattern.search(text)]
    attack = [t for t in fits if t.is_attack_tool]
    other = [t for t in fits if not t.is_attack_tool][:1]
    if attack and other and other[0].name in _SDKS:
        other = []
    return (*attack, *other)


def tools_used(agents: Mapping[str, int]) -> tuple[tuple[Tool, int], ...]:
    """With how many calls each: attack tools first, then the most used."""
    found: dict[Tool, int] = {}
    for agent, calls in agents.items():
        for tool in tools_of(agent):
            found[tool] = found.get(tool, 0) + calls
    return tuple(sorted(found.items(), key=lambda pair: (not pair[0].is_attack_tool, -pair[1], pair[0].name)))
