"""Random series in 2027, and what becomes of them: all cadences that are written, drawn towards clock changes.

An event here is as plans make them, without a solver: sessions at their rule's date, moved, skipped, brought back, with
people absent; then one to three changed versions of it, as applying later plans would ask for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.series import NTHS, Slot, nth_weekday
from scheduler.core.walltime import WallTime, clock_changes, local_time
from tests.placements import ZONES as OTHERS

YEAR = 2027  # servers with scheduling pass over series of the past
ZONES = (
    *("Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Beirut"),
    *("America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Chatham", "Africa/Cairo", "America/Vancouver", "Pacific/Easter"),
    *("America/Asuncion", "America/Nuuk", "Asia/Tehran", "Africa/El_Aaiun", "Pacific/Auckland", "America/Edmonton"),
    *(zone for zone in OTHERS if zone != "Etc/UTC"),
)
"""Changes at midnight, at two and at twenty-four, of half an hour, of two hours, towards winter, and none at all."""

NAMES = UUID("5d6f64c2-5b0e-5c5e-9f21-0a7b2f6a1c11")
GRID = 5
LENGTHS = (5, 15, 25, 30, 45, 50, 60, 60, 60, 90, 90, 120, 180, 300, 480)
ROOMS = ("", "https://meet.example.org/k3v9x2m8q4")
STAMPED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EARLIER = 2  # dates before the first version's, for one that begins earlier
OUTSIDER = Attendee(
    id="cy", name='Cy "C." O\'Neil; Ltd', email="cy@outside.example", zone="Asia/Kolkata", role="optional"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emails:
    """The addresses of the two people whom a stage knows."""

    ana: str = "ana@example.org"
    ben: str = "ben@example.org"


def random_versions(seed: int, emails: Emails | None = None) -> list[Event]:
    """A series of 2027, and one to three versions that follow; SEQUENCE and DTSTAMP grow where they differ."""
    random, emails = Random(f"series {seed}"), emails or Emails()
    dates = _dates(random)
    event = _first(random, seed, dates, _people(random, emails))
    versions = [event]
    for number in range(1, random.randrange(2, 5)):
        for change in random.sample(CHANGES, random.choice((1, 1, 2))):
            event = change(random, event, dates)
        if not event.same_as(versions[-1]):
            event = replace(event, sequence=versions[-1].sequence + 1, stamped=STAMPED + timedelta(days=number))
        versions.append(event)
    return versions


@dataclass(frozen=True, slots=True)
class Dates:
    """All dates that a rule could have, from the earliest on; an event has some of them, one after the other."""

    rule: RecurrenceRule
    all: tuple[datetime, ...]

    def rule_from(self, index: int) -> RecurrenceRule:
        """The rule, begun at one of its dates."""
        if index == 0:
            return self.rule
        day = local_day(self.rule, index)
        return replace(self.rule, first=WallTime(day, self.rule.first.minute))


def local_day(rule: RecurrenceRule, index: int) -> date:
    """The day on which a rule's date of this index lies, on its zone's clock; also where that hour is skipped."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(rule.walls(index + 1)[index]))).date()


def _dates(random: Random) -> Dates:
    """A rule whose dates touch a clock change of its zone, where there is one and chance wants it."""
    zone = random.choice(ZONES)
    changes = [at for at, _, _ in clock_changes(zone, YEAR, YEAR)]
    if changes and random.random() < 0.7:
        near = local_time(random.choice(changes) + timedelta(minutes=random.randrange(-150, 150)), zone)
        at = WallTime(near.day, near.minute // GRID * GRID)
    else:
        day = date(YEAR, 1, 1) + timedelta(days=random.randrange(365))
        at = WallTime(day, random.randrange(0, 1440, GRID))
    return _monthly(random, zone, at) if random.random() < 0.3 else _weekly(random, zone, at)


def _weekly(random: Random, zone: str, at: WallTime) -> Dates:
    """Every so many weeks, or every so many times the slots that take turns: 1 to 12, through one date."""
    interval = random.choice((1, 1, 1, 2, 2, 3, 4, 6, 8, 9, 12))
    before = (at.day - date(YEAR, 1, 4)).days // (7 * interval)
    first = at.day - timedelta(weeks=interval * random.randint(0, max(min(before, 9), 0)))
    room = (date(YEAR, 12, 31) - first).days // (7 * interval) + 1
    rule = RecurrenceRule(zone=zone, first=WallTime(first, at.minute), interval=interval)
    return Dates(rule, rule.instants(min(room, random.choice((1, 2, 3, 8, 12, 12, 28)) + EARLIER)))


def _monthly(random: Random, zone: str, at: WallTime) -> Dates:
    """The nth weekday of every month, or of every second or third, through one date where it is an nth."""
    interval = random.choice((1, 1, 2, 3))
    nth = random.choice([each for each in NTHS if _is_nth(at.day, each)] or NTHS)
    slot = Slot(at.day.weekday(), at.minute, nth)
    months = [month for month in range(12) if (month - at.day.month + 1) % interval == 0]
    begin = random.choice([month for month in months if month < at.day.month][-4:])
    first = date.fromordinal(nth_weekday(date(YEAR, 1, 1), begin, slot))
    rule = RecurrenceRule(zone=zone, first=WallTime(first, at.minute), interval=interval, nth=nth)
    return Dates(rule, rule.instants(min((11 - begin) // interval + 1, random.choice((1, 3, 8, 12)) + EARLIER)))


def _is_nth(day: date, nth: int) -> bool:
    return day.toordinal() == nth_weekday(day, 0, Slot(day.weekday(), 0, nth))


def _people(random: Random, emails: Emails) -> tuple[Attendee, ...]:
    ana = Attendee(id="ana", name="Ana Ångström", email=emails.ana, zone="Europe/London", role="chair")
    ben = Attendee(id="ben", name="Ben, the 2nd", email=emails.ben, zone="America/New_York")
    if random.random() < 0.1:
        ana = replace(ana, role="none")
    return (ana, ben, OUTSIDER) if random.random() < 0.5 else (ana, ben)


def _first(random: Random, seed: int, dates: Dates, people: tuple[Attendee, ...]) -> Event:
    """An event on all of the dates but, where there are enough, one or two at the beginning."""
    begin = random.choice((0, 0, 1, EARLIER)) if len(dates.all) > EARLIER else 0
    event = Event(
        uid=str(uuid5(NAMES, str(seed))),
        group="circle-7",
        slot=random.randrange(3),
        generation=random.randrange(2),
        rule=dates.rule_from(begin),
        duration=random.choice(LENGTHS),
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(dates.all))[begin:],
        title="Circle 7",
        organizer="ana",
        attendees=people,
        conference=random.choice(ROOMS),
        stamped=STAMPED,
    )
    for change in random.sample((_skip, _move, _absent), random.randrange(4)):
        event = change(random, event, dates)
    return event


def _skip(random: Random, event: Event, dates: Dates) -> Event:
    """Some sessions do not take place; seldom none is left."""
    most = 1.0 if random.random() < 0.03 else 0.25
    return _changed(event, lambda each: replace(each, start=None) if random.random() < most else each)


def _move(random: Random, event: Event, dates: Dates) -> Event:
    """Some sessions stand elsewhere: mostly in their week, also across a clock change, seldom beyond neighbours."""
    taken = {each.start for each in event.occurrences}

    def moved(each: Occurrence) -> Occurrence:
        if random.random() >= 0.25:
            return each
        start = each.recurrence_id + timedelta(minutes=_distance(random, each.recurrence_id, event.rule.zone))
        if start in taken:  # no two sessions of a series are at one time
            return each
        taken.add(start)
        return replace(each, start=start)

    return _changed(event, moved)


def _distance(random: Random, start: datetime, zone: str) -> int:
    """Minutes by which a session is moved."""
    near = [at for at, _, _ in clock_changes(zone, YEAR, YEAR) if abs(at - start) < timedelta(days=4)]
    if near and random.random() < 0.5:
        to = near[0] + timedelta(minutes=random.randrange(-120, 125, GRID))
        return int((to - start).total_seconds()) // 60
    most = random.choice((2, 48, 48, 6 * 24, 10 * 24)) * 60
    return random.randrange(-most, most + 1, GRID)


def _restore(random: Random, event: Event, dates: Dates) -> Event:
    """Sessions that were moved or skipped are back where the rule puts them."""
    taken = {each.start for each in event.occurrences}
    return _changed(
        event,
        lambda each: (
            replace(each, start=each.recurrence_id)
            if each.recurrence_id not in taken and random.random() < 0.7
            else each
        ),
    )


def _absent(random: Random, event: Event, dates: Dates) -> Event:
    """The optional person, or the one whose calendar gets copies, is not at every session."""
    who = random.choice([each.id for each in event.attendees if each.id != event.organizer])
    return _changed(event, lambda each: replace(each, absent=(who,) if random.random() < 0.3 else ()))


def _shorten(random: Random, event: Event, dates: Dates) -> Event:
    keep = random.randint(1, len(event.occurrences))
    return replace(event, occurrences=event.occurrences[:keep])


def _lengthen(random: Random, event: Event, dates: Dates) -> Event:
    """Dates after the last, as far as the year goes."""
    last = event.occurrences[-1].session
    more = random.randint(1, 6)
    taken = {each.start for each in event.occurrences}
    following = enumerate(dates.all[last + 1 : last + 1 + more], last + 1)
    fresh = [Occurrence(session=i, recurrence_id=at, start=at) for i, at in following if at not in taken]
    whole = [*event.occurrences, *fresh]
    gap = next((n for n, each in enumerate(whole) if each.session != whole[0].session + n), len(whole))
    return replace(event, occurrences=tuple(whole[:gap]))


def _begin_earlier(random: Random, event: Event, dates: Dates) -> Event:
    """A date before the first one, as when people who could not come are free again."""
    first = event.occurrences[0].session - 1
    taken = {each.start for each in event.occurrences}
    if first < 0 or dates.all[first] in taken:
        return event
    at = dates.all[first]
    fresh = Occurrence(session=first, recurrence_id=at, start=at)
    return replace(event, rule=dates.rule_from(first), occurrences=(fresh, *event.occurrences))


def _rename(random: Random, event: Event, dates: Dates) -> Event:
    return replace(event, title=random.choice(("Circle 7, spring", "Été – 7 & friends", "Kreis; 7, \\ „neu“")))


def _exchange(random: Random, event: Event, dates: Dates) -> Event:
    """The outsider comes or goes, and with them their absences."""
    there = OUTSIDER.id in {each.id for each in event.attendees}
    people = tuple(each for each in event.attendees if each.id != OUTSIDER.id)
    kept = _changed(event, lambda each: replace(each, absent=tuple(who for who in each.absent if who != OUTSIDER.id)))
    return replace(kept, attendees=people if there else (*people, OUTSIDER))


def _reroom(random: Random, event: Event, dates: Dates) -> Event:
    return replace(event, conference=next(room for room in ROOMS if room != event.conference))


Change = Callable[[Random, Event, Dates], Event]
CHANGES: tuple[Change, ...] = (
    *(_skip, _skip, _move, _move, _restore, _restore, _shorten, _lengthen),
    *(_begin_earlier, _absent, _rename, _exchange, _reroom),
)


def _changed(event: Event, change: Callable[[Occurrence], Occurrence]) -> Event:
    return replace(event, occurrences=tuple(map(change, event.occurrences)))


def instants(event: Event) -> Iterator[tuple[datetime, int]]:
    """When the sessions of an event take place, in order, and their minutes."""
    yield from sorted((each.start, event.duration) for each in event.sessions if each.start)
