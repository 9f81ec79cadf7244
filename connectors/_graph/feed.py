"""What changed in a mailbox since a token: rounds of calendarView/delta, each bound to one range of dates."""

import json
from datetime import UTC, datetime, timedelta

from connectors._graph.reading import mailbox_of
from connectors._graph.session import GraphSession, Refusal
from scheduler.errors import Unavailable
from scheduler.ports import Changes

BEHIND, AHEAD = timedelta(days=1), timedelta(days=400)
RENEW = timedelta(days=220)  # a range that ends sooner than this has to be begun anew
KEPT = ("value", "id", "iCalUId", "@removed", "reason", "@odata.nextLink", "@odata.deltaLink")
GONE = 410
LOST = {"syncStateNotFound", "syncStateInvalid", "resyncRequired"}


def changes(session: GraphSession, calendar: str, token: str, now: datetime) -> Changes:
    """Since a token; "" begins. Raises as ChangeFeed says."""
    try:
        link = _link(session, token, now)
        if link:
            return _round(session, link, None, token)
    except Refusal as refusal:
        if refusal.status != GONE and refusal.code not in LOST:
            raise Unavailable(refusal.words) from None
    since, until = now - BEHIND, now + AHEAD
    params = {"startDateTime": f"{since:%Y-%m-%dT%H:%M:%SZ}", "endDateTime": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    try:
        path = f"{session.root(mailbox_of(calendar))}/calendarView/delta"
        begun = _round(session, path, params, json.dumps({"until": f"{until:%Y-%m-%dT%H:%M:%S}"}))
    except Refusal as refusal:
        raise Unavailable(refusal.words) from None
    return Changes(token=begun.token, everything=True)


def _link(session: GraphSession, token: str, now: datetime) -> str:
    """The path that a token leads to; nothing where it is none, or its range is nearly over."""
    try:
        held = json.loads(token)
        until = datetime.fromisoformat(held["until"]).replace(tzinfo=UTC)
        return session.followed(held["link"]) if until - now > RENEW else ""
    except (ValueError, KeyError, TypeError, Unavailable):
        return ""


def _round(session: GraphSession, path: str, params: dict[str, str] | None, token: str) -> Changes:
    """One whole round: the token moves on only when all of its pages were read; what is told twice counts once."""
    uids: set[str] = set()
    link = None
    for page in session.pages(path, params, KEPT):
        uids.update(str(each.get("iCalUId") or each.get("id")) for each in page["value"] if isinstance(each, dict))
        link = page.get("@odata.deltaLink")
    session.followed(link)
    return Changes(token=json.dumps({**json.loads(token), "link": link}), uids=frozenset(uids))
