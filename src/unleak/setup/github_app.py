"""A GitHub App that sends us what we listen to, and may read what its events need; it changes nothing.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from typing import Any

from unleak.intake.senders.github import EVENTS
from unleak.setup.service_url import hook_of

# What each event asks for: https://docs.github.com/en/webhooks/webhook-events-and-payloads
_NEEDS = {
    "push": ("contents", "read"),
    "public": ("metadata", "read"),
    "repository": ("metadata", "read"),
    "secret_scanning_alert": ("secret_scanning_alerts", "read"),
    "secret_scanning_alert_location": ("secret_scanning_alerts", "read"),
}


def manifest(service_url: str, name: str = "unleak") -> dict[str, Any]:
    """Raises Misuse. `redirect_url`: GitHub sends whoever registers it there, with a code in the address."""
    return {
        "name": name,
        "url": service_url,
        "redirect_url": service_url,
        "hook_attributes": {"url": hook_of(service_url, "github"), "active": True},
        "public": False,
        "default_events": sorted(EVENTS),
        "default_permissions": dict(_NEEDS[event] for event in sorted(EVENTS)),
    }
