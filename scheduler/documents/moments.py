"""Instants in JSON."""

from datetime import datetime

from scheduler.core.walltime import local
from scheduler.core.words import when


def instant(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(at: datetime, zone: str) -> dict[str, str]:
    """An instant, the same on a zone's clock (RFC 3339 with its offset), that zone (IANA), and all of it in words."""
    return {
        "instant": instant(at),
        "local": local(at, zone).isoformat(),
        "tz": zone,
        "words": when(at, zone, dated=True),
    }
