"""Reading Google calendars: free/busy of many at once, and what changed. No title comes, since none is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from googleapiclient.http import HttpRequest

from connectors._google.busy import blocks, joined, without
from connectors._google.events_busy import busy_by_events
from connectors._google.faults import Refused
from connectors._google.session import READ, GoogleSession, Json
from scheduler.core.address import Kind, parse_address
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval, Intervals, clipped
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from scheduler.ports import Answer, Asked, Changes

MOST_CALENDARS = 50  # freebusy.query, calendarExpansionMax
LONGEST = timedelta(days=60)  # about 90 are taken in practice; more is an error
AT_ONCE = 4
MOST_PAGES = 1000
FIELDS = "items(id,iCalUID,recurringEventId),nextPageToken,nextSyncToken"


@dataclass(frozen=True, slots=True)
class _Query:
    """One call: some calendars of one account, in one part of the window."""

    session: GoogleSession
    mailboxes: tuple[str, ...]
    part: Interval


class GoogleReader:
    """Reads free/busy and changes; implements `scheduler.ports.CalendarReader` and `ChangeFeed`.

    `sessions`: one for all calendars, or one by calendar (google:MAILBOX). Calendars in which sessions of ours stand
    are read event by event where the account may see events, all others by fifty at once.
    """

    def __init__(self, sessions: GoogleSession | Mapping[str, GoogleSession]) -> None:
        self._sessions = sessions

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """What calendars say of a window, one answer each; what Google says nothing of, or no sense, is unknown."""
        wanted: dict[str, GoogleSession] = {}
        answers: dict[str, Answer] = {}
        for each in asked:
            try:
                wanted[each.calendar] = self._session(each.calendar)
            except RondoError as error:
                answers[each.calendar] = Answer(error=error)
        meet = [each for each in asked if each.calendar in wanted and len(clipped(each.own.sessions, *window.seconds))]
        answers |= _by_events(meet, wanted, window)
        rest = [each for each in asked if each.calendar not in answers]
        answers |= _by_free_busy(rest, wanted, window)
        return [answers[each.calendar] for each in asked]

    def changes(self, calendar: str, token: str) -> Changes:
        """What changed since a token; see ChangeFeed. Deleted events may only be known by Google's own id."""
        session, mailbox = self._session(calendar), mailbox_of(calendar)
        try:
            return _since(session, mailbox, token)
        except Refused as refused:
            # 410 is a token that expired, 400 one that never was any; on any page, nothing may be concluded
            if refused.status not in (400, 410) or not token:
                raise
            return _since(session, mailbox, "")

    def _session(self, calendar: str) -> GoogleSession:
        mailbox_of(calendar)
        if isinstance(self._sessions, GoogleSession):
            return self._sessions
        if calendar not in self._sessions:
            raise InputError(f"No Google account is connected for {calendar}.")
        return self._sessions[calendar]


def _by_events(asked: Sequence[Asked], sessions: Mapping[str, GoogleSession], window: Interval) -> dict[str, Answer]:
    """By calendar, of those in which we meet people; none for a calendar whose events the account may not see."""
    blind = set[GoogleSession]()

    def read(each: Asked) -> Answer | None:
        session = sessions[each.calendar]
        if session in blind:
            return None
        try:
            busy = busy_by_events(session, mailbox_of(each.calendar), each, window)
        except (CredentialsRejected, InputError):
            blind.add(session)  # of the whole account: the others need not be tried
            return None
        except (Refused, ValueError):
            return None
        except RondoError as error:
            return Answer(error=error)
        return Answer(free_busy=FreeBusy(busy=busy))

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        found = zip(asked, pool.map(read, asked), strict=True)
        return {each.calendar: answer for each, answer in found if answer}


def _by_free_busy(asked: Sequence[Asked], sessions: Mapping[str, GoogleSession], window: Interval) -> dict[str, Answer]:
    """By calendar, many of them in a call; our own sessions are cut out."""
    queries = [
        _Query(session, tuple(mailbox_of(calendar) for calendar in some), part)
        for session, some in _chunks({each.calendar: sessions[each.calendar] for each in asked})
        for part in _parts(window)
    ]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = list(pool.map(_answered, queries))
    found: dict[str, list[Intervals | RondoError]] = {}
    parts: dict[str, list[Interval]] = {}
    for query, answer in zip(queries, answers, strict=True):
        for mailbox in query.mailboxes:
            found.setdefault(mailbox, []).append(_said(answer, mailbox, query.part))
            parts.setdefault(mailbox, []).append(query.part)
    mailboxes = {each.calendar: mailbox_of(each.calendar) for each in asked}
    return {
        each.calendar: _answer(each, found[mailboxes[each.calendar]], parts[mailboxes[each.calendar]]) for each in asked
    }


def mailbox_of(calendar: str) -> str:
    """The mailbox that an address names. Raises InputError."""
    address = parse_address(calendar)
    if address.kind is not Kind.GOOGLE:
        raise InputError(f"{address.kind} is no calendar at Google.")
    return address.rest


def _chunks(wanted: Mapping[str, GoogleSession]) -> Iterator[tuple[GoogleSession, list[str]]]:
    by_session: dict[GoogleSession, list[str]] = {}
    for calendar, session in wanted.items():
        by_session.setdefault(session, []).append(calendar)
    for session, calendars in by_session.items():
        for first in range(0, len(calendars), MOST_CALENDARS):
            yield session, calendars[first : first + MOST_CALENDARS]


def _parts(window: Interval) -> list[Interval]:
    """The window in as few parts as may be, none longer than one call may ask for."""
    edges = [window.start]
    while edges[-1] + LONGEST < window.end:
        edges.append(edges[-1] + LONGEST)
    return [Interval(start, end) for start, end in pairwise([*edges, window.end])]


def _answered(query: _Query) -> Json | RondoError:
    body = {
        "timeMin": query.part.start.isoformat(),
        "timeMax": query.part.end.isoformat(),
        "timeZone": "UTC",
        "calendarExpansionMax": MOST_CALENDARS,
        "items": [{"id": mailbox} for mailbox in query.mailboxes],
    }
    try:
        return query.session.read(query.session.calendar.freebusy().query(body=body, fields="calendars"), READ[:1])
    except RondoError as error:
        return error


def _said(answer: Json | RondoError, mailbox: str, part: Interval) -> Intervals | RondoError:
    """The blocks of one calendar. An error inside a 200, or no `busy` at all, is never free."""
    if isinstance(answer, RondoError):
        return answer
    try:
        said = answer["calendars"][mailbox]
        if said.get("errors"):
            return _fault(said["errors"])
        return blocks(said["busy"], part)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return Unavailable("Google Calendar's answer says nothing of when this calendar is busy.")


def _fault(errors: object) -> RondoError:
    reasons = {each.get("reason") for each in errors if isinstance(each, dict)} if isinstance(errors, list) else set()
    if "notFound" in reasons:
        return Unavailable("There is no such Google calendar, or its free/busy is not shared with this account.")
    return Unavailable("Google Calendar can't say now when this calendar is busy.")


def _answer(asked: Asked, found: list[Intervals | RondoError], parts: list[Interval]) -> Answer:
    known = []
    for each in found:
        if isinstance(each, RondoError):
            return Answer(error=each)
        known.append(each)
    ours = asked.own.shown_in(joined(known), Interval(parts[0].start, parts[-1].end))
    kept = [without(each, ours, part) for each, part in zip(known, parts, strict=True)]
    return Answer(free_busy=FreeBusy(busy=joined(kept)))


def _since(session: GoogleSession, mailbox: str, token: str) -> Changes:
    uids, page = set[str](), ""
    for _ in range(MOST_PAGES):
        answer = session.read(_list(session, mailbox, token, page), READ[1:])
        uids |= {_uid(each) for each in answer.get("items", [])}
        page = answer.get("nextPageToken", "")
        if not page:
            break
    if page or not isinstance(answer.get("nextSyncToken"), str):
        raise Unavailable("Google Calendar gave no token to go on from.")
    # the token moves on only after the last page
    return Changes(token=answer["nextSyncToken"], uids=frozenset(uids if token else ()), everything=not token)


def _uid(item: Json) -> str:
    """Of a deleted event only Google's id is sure to be told, of a deleted date also its series'."""
    return str(item.get("iCalUID") or item.get("recurringEventId") or item.get("id"))


def _list(session: GoogleSession, mailbox: str, token: str, page: str) -> HttpRequest:
    given = {"syncToken": token, "pageToken": page}
    return session.calendar.events().list(
        calendarId=mailbox, maxResults=2500, fields=FIELDS, **{name: value for name, value in given.items() if value}
    )
