"""Every way to tell people; one file a kind."""

from collections.abc import Mapping

from unleak.notify.channel import Channel
from unleak.notify.channels.apprise_url import APPRISE
from unleak.notify.channels.committer import COMMITTER
from unleak.notify.channels.security_hub import SECURITY_HUB
from unleak.notify.channels.webhook import WEBHOOK

CHANNELS: Mapping[str, Channel] = {c.kind: c for c in (APPRISE, WEBHOOK, SECURITY_HUB, COMMITTER)}

__all__ = ["CHANNELS"]
