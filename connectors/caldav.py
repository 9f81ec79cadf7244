"""Calendars on CalDAV servers (RFC 4791): read free/busy, write series, on plain servers and on those that invite."""

import json
import time

import httpx

from connectors._caldav.discovery import Directory
from connectors._caldav.reading import CalDavReader
from connectors._caldav.session import CalDavSession, origin_of
from connectors._caldav.writing import CalDavWriter
from connectors._http.retry import Pause, patiently
from connectors._http.secret import Held
from scheduler.core.account import Grant, Listed
from scheduler.errors import InputError

__all__ = ["CalDavReader", "CalDavSession", "CalDavWriter", "grant_of", "listed"]


def grant_of(url: str, user: str, password: str, *, client: httpx.Client, pause: Pause = time.sleep) -> Grant:
    """Sign in at the address of a server, an account or a calendar.

    The identity is the server's origin and the path of the account's principal. Raises InputError where there is no
    CalDAV, or no calendar; CredentialsRejected, Unavailable.
    """
    origin_of(url)
    secret = json.dumps({"url": url, "user": user, "password": password})
    session = CalDavSession(Held(secret), client=client, pause=pause)
    directory = Directory(session)
    calendar = patiently(lambda: directory.default, pause=session.pause)
    if not calendar:
        raise InputError("The account has no calendar for events.", hint="Make one there, and connect again.")
    return Grant(
        identity=directory.principal or f"{session.origin}/#{user}",
        address=url,
        secret=secret,
        schedules=patiently(lambda: directory.schedules, pause=session.pause),
        calendars=(f"caldav:{calendar}",),
    )


def listed(session: CalDavSession) -> tuple[Listed, ...]:
    """The account's calendars for events. Raises CredentialsRejected, Unavailable, InputError."""
    directory = Directory(session)
    calendars = patiently(lambda: directory.calendars, pause=session.pause)
    return tuple(Listed(address=f"caldav:{each.url}", name=each.name, writable=each.writable) for each in calendars)
