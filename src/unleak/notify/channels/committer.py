"""A mail to who committed the key: what to do now, in calm words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from unleak.model.incident import Incident
from unleak.notify.channel import Access, NotTold
from unleak.notify.channels.apprise_url import deliver, marked
from unleak.notify.notice import Notice, authors_of, for_committer
from unleak.notify_settings import NotifySetting

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MOST = 5


def addresses(authors: Sequence[str], domains: Sequence[str]) -> tuple[str, ...]:
    """Of those authors whose domain is one of these, and no subdomain of it: a commit may name anybody as its author,
    and a stranger must not have us write to whom they like.
    """
    found = dict.fromkeys(a.rpartition("<")[2].removesuffix(">") for a in authors)
    fit = [a for a in found if _ADDRESS.fullmatch(a) and a.rpartition("@")[2].lower() in domains]
    return tuple(fit[:_MOST])


@dataclass(frozen=True, slots=True)
class Committer:
    kind: str = "committer"
    title: str = "A mail to the author of the commit in which the key lay"
    settings: Mapping[str, str] = field(
        default_factory=lambda: {
            "url": "Apprise's mailto:// or mailtos:// of the server; whom it names to is left out",
            "domains": "only authors of these domains are written to",
        }
    )
    permissions: tuple[str, ...] = ()
    references: tuple[str, ...] = ("https://appriseit.com/services/email/",)

    def concerns(self, incident: Incident, setting: NotifySetting) -> bool:
        return bool(addresses(authors_of(incident), setting.domains))

    def send(self, notice: Notice, access: Access) -> str:
        to = access.to if notice.is_test else addresses(notice.authors, access.setting.domains)
        if not to:
            raise NotTold("nobody to write to", "a test of this channel needs --to ADDRESS")
        url = _addressed(access.value("url"), to)
        subject, text = for_committer(notice)
        deliver(marked(url, notice.mark, ""), notice, subject, text)
        return ", ".join(to)


def _addressed(url: str, to: Sequence[str]) -> str:
    """The same server and sender, for these alone: without whom else the URL would write to."""
    parts = urlsplit(url)
    if parts.scheme.lower() not in {"mailto", "mailtos"}:
        raise NotTold("its url is no mailto:// or mailtos://", "write the url of a mail server", refused=True)
    kept = [p for p in parts.query.split("&") if p and p.partition("=")[0].lower() not in {"to", "cc", "bcc"}]
    query = "&".join([*kept, urlencode({"to": ",".join(to)})])
    return f"{parts.scheme}://{parts.netloc}/?{query}"


COMMITTER = Committer()
