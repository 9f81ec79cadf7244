"""What people do to their calendars, by chance: each step says in a line what it did; "": nothing could be done."""

from datetime import datetime, timedelta

from scheduler.core.event import Event
from tests.simulation.calendars import Calendar, Date
from tests.simulation.world import GROUPS, PEOPLE, World

HALF = timedelta(minutes=30)
AHEAD = 21
"""Days from now within which appointments are made."""


def add_own(world: World) -> str:
    """An appointment of somebody's own, at some working hour to come."""
    person, start = _anybody(world), _some_time(world)
    minutes = world.chance.choice((30, 60, 180))
    return f"{person} is busy {minutes} min from {start:%d %b %H:%M}: {world.add_own(person, start, minutes)}"


def add_over(world: World) -> str:
    """An appointment of a member's right over one of our sessions."""
    event, start = _some_session(world)
    if event is None or start is None:
        return ""
    person = world.chance.choice(GROUPS[event.group])
    return f"{person} is busy over {event.group} at {start:%d %b %H:%M}: {world.add_own(person, start, event.duration)}"


def drop_own(world: World) -> str:
    """One of somebody's own appointments goes."""
    person, name = _some_own(world)
    if not name:
        return ""
    world.drop_own(person, name)
    return f"{person} deletes {name}"


def move_own(world: World) -> str:
    """One of somebody's own appointments is elsewhere."""
    person, name = _some_own(world)
    if not name:
        return ""
    _, minutes, _ = world.own[person][name]
    start = _some_time(world)
    world.drop_own(person, name)
    return f"{person} moves {name} to {start:%d %b %H:%M}: {world.add_own(person, start, minutes)}"


def move_session(world: World) -> str:
    """An organiser drags one of our sessions; at Outlook within its day, as Outlook demands."""
    found = _some_date(world)
    if found is None:
        return ""
    event, calendar, key, date = found
    by = HALF * world.chance.choice((-4, -2, -1, 1, 2, 4))
    if PEOPLE[event.organizer][0] != "outlook" and world.chance.random() < 0.2:
        by += timedelta(days=world.chance.choice((-1, 1)))
    with world.theirs():
        calendar.move(key, date, date.start + by)
    world.edited(event, date, date.start + by)
    return f"{event.organizer} drags {event.group} of {date.start:%d %b %H:%M} to {date.start + by:%d %b %H:%M}"


def delete_session(world: World) -> str:
    """An organiser deletes one of our sessions."""
    found = _some_date(world)
    if found is None:
        return ""
    event, calendar, key, date = found
    with world.theirs():
        calendar.delete(key, date)
    world.edited(event, date, None)
    return f"{event.organizer} deletes {event.group} of {date.start:%d %b %H:%M}"


def drop_series(world: World) -> str:
    """An organiser deletes one of our series."""
    found = _some_date(world)
    if found is None:
        return ""
    event, calendar, key, _ = found
    with world.theirs():
        calendar.drop(key)
    world.edited(event, None, None)
    return f"{event.organizer} deletes the series {event.group}"


def decline(world: World) -> str:
    """A member says no to a series."""
    found = _some_date(world)
    if found is None:
        return ""
    event, calendar, key, _ = found
    others = [each for each in event.attendees if each.id != event.organizer]
    who = world.chance.choice(others)
    calendar.decline(key, who.email)
    return f"{who.id} declines {event.group}"


def _anybody(world: World) -> str:
    return world.chance.choice(sorted(PEOPLE))


def _some_time(world: World) -> datetime:
    day = world.now + timedelta(days=world.chance.randrange(1, AHEAD))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=7, minute=0, second=0) + HALF * world.chance.randrange(20)


def _some_own(world: World) -> tuple[str, str]:
    owned = [(person, name) for person in sorted(world.own) for name in world.own[person]]
    return world.chance.choice(owned) if owned else ("", "")


def _some_session(world: World) -> tuple[Event | None, datetime | None]:
    sessions = [
        (event, each.start)
        for event in world.live()
        for each in event.sessions
        if each.start and each.start > world.now
    ]
    return world.chance.choice(sessions[:40]) if sessions else (None, None)


def _some_date(world: World) -> tuple[Event, Calendar, str, Date] | None:
    """A date to come of a series in its organiser's own calendar, with the event that it is of, that calendar, and the
    name of the series there."""
    standing = [each for each in world.standing() if PEOPLE[each[0].organizer][0] != "file"]
    if not standing:
        return None
    event, key = world.chance.choice(standing)
    calendar = world.calendar(event.organizer)
    assert calendar is not None
    dates = [date for date in calendar.dates(key) if date.start > world.now]
    return (event, calendar, key, world.chance.choice(dates)) if dates else None
