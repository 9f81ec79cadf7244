"""The open points of Outlook calendars on Microsoft Graph, each by a few calls on events of our own."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from connectors._graph.times import instant, stated
from connectors._live.answers import Json, Said
from connectors._live.clocks import LENGTH, clock_cases, compared, nights
from connectors._live.outlook_desk import OutlookDesk, span
from connectors._live.points import Point, Told, closed, names_of, sorted_out
from scheduler.core.words import one_line
from scheduler.errors import Unavailable

BASIC = "Calendars.ReadBasic"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = timedelta(days=30)
HALF_DAY = timedelta(hours=12)
DATES = 3
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before each look at a meeting
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TELLING = ("subject", "body", "bodyPreview", "location", "attendees", "organizer", "onlineMeeting", "showAs")
CONFLICT, STALE = 409, 412

READ_ONLY = "this sign-in may not write; connect with --write"
TOO_WIDE = "this sign-in may do more than Calendars.ReadBasic; connect a test account without --write"


def outlook_points(desk: OutlookDesk, *, address: str, now: datetime) -> tuple[Point, ...]:
    """What is asked of a test account; `address` is its mailbox."""
    hours = nights(now)
    read_only = "" if desk.writes else READ_ONLY
    wider = "" if desk.scopes == {BASIC} else TOO_WIDE
    return (
        Point("basic-fields", f"Which fields does {BASIC} show?", lambda: _basic_fields(desk, now), wider),
        Point("basic-delta", f"Does calendarView/delta work with {BASIC}?", lambda: _basic_delta(desk, now), wider),
        Point(
            "transaction-repeat",
            "What does a repeated transactionId answer?",
            lambda: _repeat(desk, next(hours)),
            read_only,
        ),
        Point("if-match", "Which writes honour If-Match?", lambda: _if_match(desk, next(hours)), read_only),
        Point(
            "neighbour-day",
            "How is a move to a neighbour's day refused?",
            lambda: _neighbour(desk, next(hours)),
            read_only,
        ),
        Point(
            "deleted-date", "What is left of a date that was deleted?", lambda: _deleted(desk, next(hours)), read_only
        ),
        Point(
            "working-elsewhere",
            "What does getSchedule make of workingElsewhere?",
            lambda: _elsewhere(desk, address, hours),
            read_only,
        ),
        Point("teams-delay", "How late does a meeting on Teams come?", lambda: _teams(desk, next(hours)), read_only),
        Point("clocks", "When are series on special dates?", lambda: _clocks(desk, now), read_only),
        closed("subscriptions", "How long do subscriptions live?", "it takes an address that Microsoft can call"),
    )


def _basic_fields(desk: OutlookDesk, now: datetime) -> Told:
    said = desk.read("/calendarView", span(now - MONTH, now + MONTH) | {"$top": "25"})
    items, facts = _items(said)
    if not said.ok:
        return Told(f"It is refused with {said.words}.", facts)
    if not items:
        return Told("Nothing to be seen: no event a month before or after now.", facts)
    shown, not_shown = ([name for name in TELLING if (name in names_of(items)) is there] for there in (True, False))
    return Told(f"It shows {', '.join(shown) or 'none of them'}; not {', '.join(not_shown) or 'one less'}.", facts)


def _basic_delta(desk: OutlookDesk, now: datetime) -> Told:
    said = desk.read("/calendarView/delta", span(now - MONTH, now + MONTH))
    _, facts = _items(said)
    words = "It works." if said.ok else f"It is refused with {said.words}."
    return Told(words, facts | {"links": [name for name in names_of([said.body]) if name.endswith("Link")]})


def _items(said: Said) -> tuple[Sequence[object], Json]:
    items = said.body.get("value", [])
    return items, {"status": said.status, "code": said.code, "items": len(items), "fields": names_of(items)}


def _repeat(desk: OutlookDesk, start: datetime) -> Told:
    key = {"transactionId": str(uuid4())}
    first = desk.made(start, HOUR, **key)
    live = desk.create(start, HOUR, **key)
    desk.remove(str(first["id"])).needed("a deletion")
    deleted = desk.create(start, HOUR, **key)
    words = f"While the event is there: {_again(live, first)}; once it is deleted: {_again(deleted, first)}."
    return Told(words, {name: _fact(said, first) for name, said in (("live", live), ("deleted", deleted))})


def _again(said: Said, first: Json) -> str:
    if not said.ok:
        return f"refused with {said.words}"
    return f"the same event ({said.status})" if said.body.get("id") == first["id"] else f"another event ({said.status})"


def _fact(said: Said, first: Json) -> Json:
    return {"status": said.status, "code": said.code, "same_id": said.body.get("id") == first["id"]}


def _if_match(desk: OutlookDesk, start: datetime) -> Told:
    """Each write with an etag that is no longer right."""
    series, dates = _series(desk, start)
    id_, old = str(series["id"]), str(series["@odata.etag"])
    desk.patch(id_, {"subject": f"{desk.title}, changed"}).needed("a change of the title")
    (one, old_one), (other, old_other) = (_changed_twice(desk, each) for each in dates[:2])
    said = {
        "PATCH of one date": desk.patch(one, {"subject": f"{desk.title}, stale"}, etag=old_one),
        "DELETE of one date": desk.remove(other, etag=old_other),
        "PATCH of the series": desk.patch(id_, {"subject": f"{desk.title}, stale"}, etag=old),
        "DELETE of the series": desk.remove(id_, etag=old),
    }
    statuses = {name: each.status for name, each in said.items()}
    return Told(sorted_out(statuses, STALE), statuses)


def _changed_twice(desk: OutlookDesk, id_: str) -> tuple[str, str]:
    """A date that has an entry of its own, and an etag that it had before."""
    once = desk.patch(id_, {"subject": f"{desk.title}, one date"}).needed("a change of one date")
    desk.patch(str(once["id"]), {"subject": f"{desk.title}, one date again"}).needed("a change of one date")
    return str(once["id"]), str(once["@odata.etag"])


def _neighbour(desk: OutlookDesk, start: datetime) -> Told:
    """The second date to the day of the first, and again after the first was deleted."""
    _, dates = _series(desk, start)
    there = start + HALF_DAY
    body = {"start": stated(there), "end": stated(there + HOUR)}
    live = desk.patch(dates[1], body)
    desk.remove(dates[0]).needed("deleting one date")
    deleted = desk.patch(dates[1], body)
    words = f"It is not refused ({live.status})." if live.ok else f"It is refused with {live.words}."
    bound = f"bounds it no longer ({deleted.status})" if deleted.ok else f"still bounds it ({deleted.words})"
    facts = {"live": live.status, "code": live.code, "deleted": deleted.status, "deleted_code": deleted.code}
    return Told(f"{words} A neighbour that was deleted {bound}.", facts)


def _deleted(desk: OutlookDesk, start: datetime) -> Told:
    series, dates = _series(desk, start)
    first = desk.remove(dates[1])
    first.needed("deleting one date")
    read, again = desk.get(dates[1], "id"), desk.remove(dates[1])
    left = len(desk.instances(str(series["id"]), start - DAY, start + DATES * 7 * DAY))
    words = f"The list shows {left} of {DATES} dates; reading it answers {read.words}, deleting it again {again.words}."
    facts = {"deleted": first.status, "read": read.status, "again": again.status, "listed": left}
    return Told(words, facts)


def _elsewhere(desk: OutlookDesk, address: str, hours: Iterator[datetime]) -> Told:
    start = next(hours)
    desk.made(start, HOUR, showAs="workingElsewhere")
    body = {"schedules": [address], "startTime": stated(start), "endTime": stated(start + HOUR)}
    said = desk.call("POST", "/calendar/getSchedule", body=body | {"availabilityViewInterval": 60}, reads=True)
    schedules = said.body.get("value", [])
    if not said.ok or not schedules:
        return Told(
            f"getSchedule does not tell this account's: {said.words}.", {"status": said.status, "code": said.code}
        )
    schedule = schedules[0]
    statuses = [_word(each.get("status")) for each in schedule.get("scheduleItems", []) if _begins(each) == start]
    view = _word(schedule.get("availabilityView"))
    if not statuses:
        return Told(f"No item tells it; the grid says {view}.", {"items": statuses, "grid": view})
    return Told(f"Its item says {', '.join(statuses)}, the grid {view}.", {"items": statuses, "grid": view})


def _word(said: object) -> str:
    """A word of a fixed list of Graph's, as far as it looks like one."""
    return one_line(str(said))[:30]


def _teams(desk: OutlookDesk, start: datetime) -> Told:
    event = desk.made(start, HOUR, isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness")
    waited, states = 0.0, [_meeting(event)]
    for wait in WAITS:
        if states[-1] == "there":
            break
        desk.pause(wait)
        waited += wait
        states.append(_meeting(desk.get(str(event["id"]), "isOnlineMeeting,onlineMeeting").needed("reading it back")))
    words = {
        "there": f"Its link is there after {waited:g} seconds." if waited else "Its link is there at once.",
        "none": "Outlook makes no meeting for this mailbox.",
    }
    facts = {"seconds": waited, "states": states}
    return Told(words.get(states[-1], f"Its link is not there after {waited:g} seconds."), facts)


def _meeting(event: Json) -> str:
    if (event.get("onlineMeeting") or {}).get("joinUrl"):
        return "there"
    return "pending" if event.get("isOnlineMeeting") else "none"


def _clocks(desk: OutlookDesk, now: datetime) -> Told:
    return compared({case: _dates(desk, case.zone, case.walls) for case in clock_cases(now)})


def _dates(desk: OutlookDesk, zone: str, walls: Sequence[datetime]) -> list[datetime] | int:
    made = desk.create(walls[0], LENGTH, zone=zone, recurrence=_weekly(walls[0], zone, len(walls)))
    if not made.ok:
        return made.status
    found = desk.instances(str(made.body["id"]), walls[0] - DAY, walls[-1] + 2 * DAY)
    return [start for start in map(_begins, found) if start]


def _series(desk: OutlookDesk, start: datetime) -> tuple[Json, list[str]]:
    """A series of three weeks, and the ids of its dates."""
    series = desk.made(start, HOUR, recurrence=_weekly(start, "UTC", DATES))
    dates = desk.instances(str(series["id"]), start - DAY, start + DATES * 7 * DAY)
    if len(dates) != DATES:
        raise Unavailable(f"Outlook lists {len(dates)} of {DATES} dates.")
    return series, [str(each["id"]) for each in dates]


def _weekly(first: datetime, zone: str, dates: int) -> Json:
    day = f"{first:%Y-%m-%d}"
    return {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "daysOfWeek": [WEEKDAYS[first.weekday()]],
            "firstDayOfWeek": "monday",
        },
        "range": {"type": "numbered", "startDate": day, "numberOfOccurrences": dates, "recurrenceTimeZone": zone},
    }


def _begins(item: Json) -> datetime | None:
    try:
        return instant(item.get("start"))
    except ValueError:
        return None
