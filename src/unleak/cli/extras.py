"""Parts of unleak that need more than its core dependencies."""

import importlib.util

from unleak.model.errors import Misuse


def need_standin() -> None:
    """Raises Misuse where the embedded AWS is not installed."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise Misuse("the embedded AWS is not installed", "pip install 'unleak[standin]'")


def need_notify() -> None:
    """Raises Misuse where the library for mail and chat is not installed."""
    from unleak.notify.channels.apprise_url import need_apprise

    need_apprise()


def need_cluster() -> None:
    """Raises Misuse where the client of PostgreSQL or the queue is not installed."""
    if importlib.util.find_spec("psycopg") is None or importlib.util.find_spec("procrastinate") is None:
        raise Misuse("PostgreSQL is not supported by this installation", "pip install 'unleak[cluster]'")


def need_server() -> None:
    """Raises Misuse where the web framework is not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("fastapi", "uvicorn", "prometheus_client", "httpx")):
        raise Misuse("the service is not installed", "pip install 'unleak[server]'")
