"""Outlook calendars, on Microsoft Graph: busy times read, changes told, series written, accounts signed in to."""

from collections.abc import Callable, Sequence
from datetime import datetime

from connectors._graph.feed import changes
from connectors._graph.push import OutlookPusher, told
from connectors._graph.reading import read_schedules, read_view
from connectors._graph.session import GraphSession
from connectors._graph.signing import app_only_secret, grant_of, listed, revoke, sign_in
from connectors._graph.times import present
from connectors._graph.web import WebApp
from connectors._graph.writing import OutlookWriter
from scheduler.core.interval import Interval
from scheduler.ports import Answer, Asked, Changes

__all__ = [
    "APP_ONLY",
    "READ",
    "WRITE",
    "GraphSession",
    "OutlookPusher",
    "OutlookReader",
    "OutlookWriter",
    "WebApp",
    "grant_of",
    "listed",
    "revoke",
    "sign_in",
    "told",
]

READ = ("Calendars.ReadBasic",)
WRITE = ("Calendars.ReadWrite",)
APP_ONLY = app_only_secret()
"""The secret of an app by itself."""


class OutlookReader:
    """Reads free/busy of mailboxes through one account (a CalendarReader), and tells of changes (a ChangeFeed).

    `free` and `workingElsewhere` count as free; `tentative`, `busy`, `oof` and `unknown` as busy. Of somebody whose
    busy times can't be told, nothing is known. `now`: the present, about which changes are told.
    """

    def __init__(self, session: GraphSession, *, now: Callable[[], datetime] = present) -> None:
        self._session, self._now = session, now

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """See CalendarReader."""
        if self._session.tokens.personal:
            return [read_view(self._session, each, window) for each in asked]
        return read_schedules(self._session, asked, window)

    def changes(self, calendar: str, token: str) -> Changes:
        """See ChangeFeed: of a day ago and of the next 400 days."""
        return changes(self._session, calendar, token, self._now())
