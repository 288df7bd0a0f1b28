"""Which of a bucket's folders and files hold log files of the days that matter.

`[prefix/]AWSLogs/[o-orgid/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_….json.gz`
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum, auto

from unleak.model.errors import Misuse

LOGS, DIGESTS = "CloudTrail", "CloudTrail-Digest"
"""Folders of an account. Others are never entered."""
_NEVER = frozenset({LOGS, DIGESTS, "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated"})
_SLACK = timedelta(days=1)
_LONE_LEVELS = 3
"""How far below the URL AWSLogs is looked for."""
_NAME = re.compile(r"(?P<account>\d{12})_CloudTrail(-Digest)?_(?P<region>[a-z0-9-]+)_.*?(?P<day>\d{8})T\d{4,6}Z")


class Kind(StrEnum):
    """What a folder is in CloudTrail's layout."""

    AWSLOGS = auto()
    ORGANIZATION = auto()
    ACCOUNT = auto()
    TRAIL = auto()
    REGION = auto()
    YEAR = auto()
    MONTH = auto()
    DAY = auto()
    OTHER = auto()


_SHAPES = (
    (Kind.AWSLOGS, re.compile("AWSLogs")),
    (Kind.ORGANIZATION, re.compile("o-[a-z0-9]{10,32}")),
    (Kind.ACCOUNT, re.compile(r"\d{12}")),
    (Kind.REGION, re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")),
    (Kind.YEAR, re.compile(r"2\d{3}")),
)
_UNDER_TIME = {Kind.YEAR: Kind.MONTH, Kind.MONTH: Kind.DAY}
_UNDER = {
    Kind.AWSLOGS: {Kind.ORGANIZATION, Kind.ACCOUNT},
    Kind.ORGANIZATION: {Kind.ACCOUNT},
    Kind.ACCOUNT: {Kind.TRAIL},
    Kind.TRAIL: {Kind.REGION},
    Kind.REGION: {Kind.YEAR},
    Kind.YEAR: {Kind.MONTH},
    Kind.MONTH: {Kind.DAY},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Days (both included; None: open), accounts and regions (empty: all), and which folder of an account."""

    first: date | None = None
    last: date | None = None
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    folder: str = LOGS

    def days(self, year: int, month: int = 0, day: int = 0) -> bool:
        """Whether some day of this year, month or day is wanted."""
        begin = date(year, month or 1, day or 1)
        end = date(year, month or 12, day or monthrange(year, month or 12)[1])
        return (self.last is None or begin <= self.last) and (self.first is None or end >= self.first)

    def all_of(self, year: int, month: int) -> bool:
        begin, end = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return (self.first is None or self.first <= begin) and (self.last is None or end <= self.last)


@dataclass(frozen=True, slots=True)
class Folder:
    """`prefix` ends with a slash, but for a whole bucket. `flat`: all below it is wanted, and listed at once."""

    prefix: str
    kind: Kind = Kind.OTHER
    year: int = 0
    month: int = 0
    lone: int = 0
    flat: bool = False


def day_span(since: datetime | None, until: datetime | None) -> tuple[date | None, date | None]:
    """With a day before and after: files are dated by their delivery, which may be late or around midnight."""
    return since and since.date() - _SLACK, until and until.date() + _SLACK


def split_url(url: str) -> tuple[str, str]:
    """`s3://bucket/prefix` as bucket and prefix, the latter empty or with a slash at its end."""
    found = re.fullmatch(r"s3://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?:/(.*))?", url)
    if found is None:
        raise Misuse(f"{url!r} is no place in S3", "write s3://BUCKET or s3://BUCKET/PREFIX")
    prefix = (found[2] or "").strip("/")
    return found[1], f"{prefix}/" if prefix else ""


def root(prefix: str, want: Wanted) -> Folder:
    """What the URL points to. A URL into the log files' folder leads to the wanted folder of the same account; for
    digests not further than to the region, because a file may stand in the digest of the next day.
    """
    folder, parts = Folder(""), [p for p in prefix.split("/") if p]
    for part in parts:
        name = want.folder if folder.kind is Kind.ACCOUNT and part in {LOGS, DIGESTS} else part
        kind = _kind(folder.kind, name, want.folder)
        if want.folder == DIGESTS and kind is Kind.YEAR:
            break
        folder = _child(folder, name, kind, lone=0)
    return folder


def below(folder: Folder, names: list[str], want: Wanted) -> list[Folder]:
    """Which of its folders are to be looked into."""
    if folder.kind is Kind.OTHER and "AWSLogs" in names:
        names = ["AWSLogs"]
    found = []
    for name in names:
        kind = _kind(folder.kind, name, want.folder)
        lone = folder.lone + 1 if kind is Kind.OTHER else 0
        if lone <= _LONE_LEVELS and _enters(folder, name, kind, want):
            child = _child(folder, name, kind, lone)
            whole = kind is Kind.MONTH and child.year > 0 and want.all_of(child.year, child.month)
            found.append(replace(child, flat=whole))
    return found


def is_wanted(key: str, want: Wanted) -> bool:
    """Whether a key names a log file of a wanted account, region and day, as far as its name tells."""
    name = key.rsplit("/", 1)[-1]
    if not name.endswith(".json.gz"):
        return False
    told = _NAME.match(name)
    if told is None:
        return True
    try:
        day = datetime.strptime(told["day"], "%Y%m%d")  # noqa: DTZ007  only its date is used
    except ValueError:
        return True
    here = not want.accounts or told["account"] in want.accounts
    there = not want.regions or told["region"] in want.regions
    return here and there and want.days(day.year, day.month, day.day)


def _kind(parent: Kind, name: str, folder: str) -> Kind:
    if parent in _UNDER_TIME:
        return _UNDER_TIME[parent] if re.fullmatch(r"\d\d", name) else Kind.OTHER
    if name == folder:
        return Kind.TRAIL
    return next((kind for kind, shape in _SHAPES if shape.fullmatch(name)), Kind.OTHER)


def _enters(folder: Folder, name: str, kind: Kind, want: Wanted) -> bool:
    allowed = _UNDER.get(folder.kind)
    if allowed is not None and kind not in allowed:
        return False
    match kind:
        case Kind.ACCOUNT:
            return not want.accounts or name in want.accounts
        case Kind.REGION:
            return not want.regions or name in want.regions
        case Kind.YEAR:
            return want.days(int(name))
        case Kind.MONTH:
            return 1 <= int(name) <= 12 and want.days(folder.year, int(name))  # noqa: PLR2004  months
        case Kind.DAY:
            return _is_day(folder, int(name)) and want.days(folder.year, folder.month, int(name))
    return kind is Kind.TRAIL or name not in _NEVER


def _is_day(folder: Folder, day: int) -> bool:
    return not folder.month or 1 <= day <= monthrange(folder.year, folder.month)[1]


def _child(folder: Folder, name: str, kind: Kind, lone: int) -> Folder:
    year = int(name) if kind is Kind.YEAR else folder.year
    month = int(name) if kind is Kind.MONTH else folder.month
    return Folder(f"{folder.prefix}{name}/", kind, year, month, lone)
