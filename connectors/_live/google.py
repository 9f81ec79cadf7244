"""The open points of Google Calendar, each by a few calls on events of our own."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors._google.faults import SCOPES
from connectors._google.meet import FAILURE, room_of, status_of
from connectors._google.session import READ, GoogleSession
from connectors._live.answers import Json, NotAllowed, Said
from connectors._live.clocks import LENGTH, clock_cases, compared, nights
from connectors._live.google_desk import GoogleDesk, timed
from connectors._live.points import Point, Told, closed, names_of, sorted_out
from scheduler.errors import Unavailable

EVENTS_FREEBUSY = READ[1:]
WEEKS_AHEAD = timedelta(weeks=4)
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before each look at a room
NIGHTS = 8  # that are tried before we say that there is no quiet one
DATES = 3
CONFLICT, STALE = 409, 412

READ_ONLY = "this sign-in may not write; connect with --write"
TOO_WIDE = "this sign-in may do more than that scope, so it would be shown more; connect a test account without --write"


def google_points(desk: GoogleDesk, session: GoogleSession, *, now: datetime) -> tuple[Point, ...]:
    """What is asked of a test account. Raises CredentialsRejected, Unavailable."""
    hours = nights(now)
    read_only = "" if desk.writes else READ_ONLY
    return (
        Point(
            "events-freebusy",
            "Does events.list under calendar.events.freebusy show each event by itself?",
            lambda: _events_freebusy(desk, now),
            TOO_WIDE if desk.writes and not session.is_service else "",  # which asks for each scope by itself
        ),
        Point(
            "freebusy-merges",
            "Does freebusy merge events that overlap or touch?",
            lambda: _freebusy_merges(desk, hours),
            read_only,
        ),
        Point("if-match", "Which writes honour If-Match?", lambda: _if_match(desk, next(hours)), read_only),
        Point(
            "id-taken", "Does an id of ours collide, live and deleted?", lambda: _id_taken(desk, next(hours)), read_only
        ),
        Point("meet-delay", "How late does a room at Google Meet come?", lambda: _meet(desk, next(hours)), read_only),
        Point("clocks", "When are series on special dates?", lambda: _clocks(desk, now), read_only),
        closed("watch", "How long does a channel live?", "it takes an address that Google can call"),
        closed("app-created", "What does calendar.app.created allow?", "Rondo asks for no such scope"),
        closed("quota", "What are the quotas of a new project?", "they stand in the Google Cloud console"),
    )


def _events_freebusy(desk: GoogleDesk, now: datetime) -> Told:
    listed = desk.read(
        desk.events.list(
            calendarId="primary",
            singleEvents=True,
            timeMin=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            timeMax=f"{now + WEEKS_AHEAD:%Y-%m-%dT%H:%M:%SZ}",
            maxResults=250,
        ),
        EVENTS_FREEBUSY,
    )
    if listed.code in SCOPES:
        raise NotAllowed("scope missing: calendar.events.freebusy")
    items = listed.body.get("items", [])
    facts = {"status": listed.status, "items": len(items), "fields": names_of(items)}
    if not listed.ok:
        return Told(f"It is refused with {listed.words}.", facts)
    timed_ones = sum(isinstance(each, dict) and "start" in each and "end" in each for each in items)
    if not items:
        return Told("Nothing to be seen: no event in the next four weeks.", facts)
    blocks = len(desk.busy(now, now + WEEKS_AHEAD))
    words = f"It lists {len(items)} events, {timed_ones} with their times; freebusy tells {blocks} blocks."
    return Told(words, facts | {"with_times": timed_ones, "blocks": blocks})


def _freebusy_merges(desk: GoogleDesk, hours: Iterator[datetime]) -> Told:
    start = _quiet(desk, hours)
    for begin, end in (
        (start, start + HOUR),
        (start + HALF, start + HOUR + HALF),
        (start + HOUR + HALF, start + 2 * HOUR),
    ):
        desk.made(timed(begin, end))
    blocks = desk.busy(start - HOUR, start + 3 * HOUR)
    words = {
        0: "It does not tell the events yet.",
        1: "It merges events that overlap, and those that touch.",
        2: "It merges events that overlap, not those that touch.",
        3: "It tells each event by itself.",
    }
    return Told(
        words.get(len(blocks), "It tells more blocks than there are events."), {"events": 3, "blocks": len(blocks)}
    )


def _quiet(desk: GoogleDesk, hours: Iterator[datetime]) -> datetime:
    for _, start in zip(range(NIGHTS), hours, strict=False):
        if not desk.busy(start - HOUR, start + 3 * HOUR):
            return start
    raise Unavailable("There is no night without events in this calendar.")


def _if_match(desk: GoogleDesk, start: datetime) -> Told:
    """Each write with an etag that is no longer right."""
    series = desk.made(timed(start, start + HOUR) | {"recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={DATES}"]})
    old = str(series["etag"])
    desk.patch(str(series["id"]), {"summary": f"{desk.title}, changed"}).needed("a change of the title")
    dates = desk.instances(str(series["id"]))
    if len(dates) != DATES:
        raise Unavailable(f"Google lists {len(dates)} of {DATES} dates.")
    one, other = (str(each["id"]) for each in dates[:2])
    old_one = str(desk.patch(one, {"summary": f"{desk.title}, one date"}).needed("a change of one date")["etag"])
    desk.patch(one, {"summary": f"{desk.title}, one date again"}).needed("a change of one date")
    old_other = str(desk.patch(other, {"summary": f"{desk.title}, other date"}).needed("a change of one date")["etag"])
    desk.patch(other, {"summary": f"{desk.title}, other date again"}).needed("a change of one date")
    said = {
        "insert": desk.insert(timed(start + 3 * HOUR, start + 4 * HOUR), etag=old),
        "patch of one date": desk.patch(one, {"summary": f"{desk.title}, stale"}, etag=old_one),
        "delete of one date": desk.remove(other, etag=old_other),
        "patch of the series": desk.patch(str(series["id"]), {"summary": f"{desk.title}, stale"}, etag=old),
        "delete of the series": desk.remove(str(series["id"]), etag=old),
    }
    statuses = {name: each.status for name, each in said.items()}
    return Told(sorted_out(statuses, STALE), statuses)


def _id_taken(desk: GoogleDesk, start: datetime) -> Told:
    body = timed(start, start + HOUR)
    id_ = str(desk.made(body)["id"])
    live = desk.insert(body, id_=id_)
    desk.remove(id_).needed("a deletion")
    deleted, standing = desk.insert(body, id_=id_), desk.get(id_)
    facts = {"live": live.status, "deleted": deleted.status, "then": str(standing.body.get("status", standing.status))}
    return Told(f"While the event is live, {_collides(live)}; once it is deleted, {_collides(deleted)}.", facts)


def _collides(said: Said) -> str:
    if said.status == CONFLICT:
        return "it collides (409)"
    return f"a second insert is taken ({said.status})" if said.ok else f"it is refused with {said.status}"


def _meet(desk: GoogleDesk, start: datetime) -> Told:
    request = {"requestId": desk.new_id(), "conferenceSolutionKey": {"type": "hangoutsMeet"}}
    event = desk.made(timed(start, start + HOUR) | {"conferenceData": {"createRequest": request}})
    waited, states = 0.0, [_room(event)]
    for wait in WAITS:
        if states[-1] in ("there", FAILURE):
            break
        desk.pause(wait)
        waited += wait
        states.append(_room(desk.get(str(event["id"])).needed("reading it back")))
    words = {
        "there": f"It is there after {waited:g} seconds." if waited else "It is there at once.",
        FAILURE: f"Google made none, and said so after {waited:g} seconds.",
        "": "Google was asked, and says nothing of a room.",
    }
    return Told(
        words.get(states[-1], f"It is not there after {waited:g} seconds."), {"seconds": waited, "states": states}
    )


def _room(event: Json) -> str:
    return "there" if room_of(event) else status_of(event)


def _clocks(desk: GoogleDesk, now: datetime) -> Told:
    return compared({case: _dates(desk, case.zone, case.walls) for case in clock_cases(now)})


def _dates(desk: GoogleDesk, zone: str, walls: Sequence[datetime]) -> list[datetime] | int:
    body = {
        "start": {"dateTime": walls[0].isoformat(), "timeZone": zone},
        "end": {"dateTime": (walls[0] + LENGTH).isoformat(), "timeZone": zone},
        "recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={len(walls)}"],
    }
    made = desk.insert(body)
    if not made.ok:
        return made.status
    return sorted(map(_start, desk.instances(str(made.body["id"]))))


def _start(date: Json) -> datetime:
    try:
        return datetime.fromisoformat(date["start"]["dateTime"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        raise Unavailable("A date that Google lists can't be read.") from None
