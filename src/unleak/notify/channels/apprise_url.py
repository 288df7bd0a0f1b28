"""Mail, Slack, Teams, PagerDuty and whatever else Apprise knows, by a URL."""

import importlib.util
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from unleak.model.errors import Misuse
from unleak.model.incident import Incident
from unleak.model.occasion import Kind
from unleak.notify.channel import PATIENCE_SECONDS, Access, NotTold
from unleak.notify.notice import Notice
from unleak.notify_settings import NotifySetting

if TYPE_CHECKING:
    import apprise

_TYPES = {Kind.ESCALATED: "failure", Kind.ABUSE: "failure", Kind.FAILED: "failure", Kind.CONTAINED: "success",
          Kind.RESTORED: "success", Kind.OPENED: "warning", Kind.WAITS: "warning", Kind.ACTED: "info"}  # fmt: skip
_STATUS = re.compile(r"\berror[ =:]+([1-5][0-9]{2})\b", re.IGNORECASE)
_MAIL = ("mailto", "mailtos")


def need_apprise() -> None:
    """Raises Misuse where it is not installed."""
    if importlib.util.find_spec("apprise") is None:
        raise Misuse("mail and chat are not supported by this installation", "pip install 'unleak[notify]'")


def marked(url: str, mark: str, thread: str) -> str:
    """The same address, with the mark where that service has a place for it: a header of a mail, PagerDuty's key.

    A mail's Message-ID is Apprise's own, and cannot be given. https://appriseit.com/services/email/
    """
    scheme, _, rest = url.partition("://")
    name = f"unleak.{thread}" if thread else "unleak"
    if scheme.lower() in _MAIL:
        return _with(url, {"+X-Unleak-Notice": mark, "+References": f"<{name}@unleak.invalid>"})
    if scheme.lower() == "pagerduty" and "dedup" not in dict(parse_qsl(rest.partition("?")[2])):
        return _with(url, {"dedup": mark})
    return url


def _with(url: str, more: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"


def deliver(url: str, notice: Notice, subject: str, text: str) -> None:
    """Raises NotTold. What Apprise writes to its log may hold the URL: nothing of it is passed on but a status."""
    need_apprise()
    import apprise

    log = logging.getLogger("apprise")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    asset = apprise.AppriseAsset(app_id="unleak", app_desc="unleak", service_timeout=PATIENCE_SECONDS)
    way = apprise.Apprise(asset=asset)
    if not way.add(url):
        raise NotTold("its url is none that Apprise knows", "see https://appriseit.com/services/", refused=True)
    result = way.notify(
        body=text, title=subject, notify_type=_TYPES[notice.kind], body_format="text", interpret_escapes=False
    )
    if not result:
        raise _failure(result)


def _failure(result: "apprise.AppriseResult") -> NotTold:
    said = " ".join(str(entry.message) for entry in result.logs())
    if status := _STATUS.search(said):
        return NotTold(f"the service answered {status.group(1)}", "check the url of this channel", refused=True)
    return NotTold("the service could not be reached, or did not take it", "check the url of this channel")


@dataclass(frozen=True, slots=True)
class AppriseUrl:
    kind: str = "apprise"
    title: str = "Mail, chat or pager, by an Apprise URL"
    settings: Mapping[str, str] = field(default_factory=lambda: {"url": "https://appriseit.com/services/"})
    permissions: tuple[str, ...] = ()
    references: tuple[str, ...] = ("https://appriseit.com/services/",)

    def concerns(self, incident: Incident, setting: NotifySetting) -> bool:
        del incident, setting
        return True

    def send(self, notice: Notice, access: Access) -> str:
        url = marked(access.value("url"), notice.mark, notice.story.incident_id)
        deliver(url, notice, notice.subject, notice.text)
        return ""


APPRISE = AppriseUrl()
