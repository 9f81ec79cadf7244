"""Random series as plans place them, without a solver: rules of all kinds, moves, skips, pins, freezes and new rules.

Slots are drawn towards the hours at which clocks change, since that is where calendars go wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from scheduler.core.change import Cancel, Details, diff, events_of
from scheduler.core.event import Attendee, Event
from scheduler.core.interval import WEEK_MINUTES, Horizon
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.series import NTHS, Cadence, Series, Slot, regular_starts
from scheduler.core.walltime import clock_changes, local_time

ZONES = (
    *("Europe/London", "America/New_York", "America/Vancouver", "Africa/Casablanca", "Africa/Cairo", "Asia/Gaza"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "UTC", "Etc/UTC"),
    *("Pacific/Chatham", "America/Santiago", "Asia/Jerusalem", "Antarctica/Troll", "America/Havana", "Europe/Dublin"),
)
GRID = 15
PEOPLE = (
    Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London", role="chair"),
    Attendee(id="bo", name="Bo", email="", zone="America/New_York"),
    Attendee(id="chi", name="Chi", email="chi@example.org", zone="Asia/Kolkata", role="optional"),
)
DETAILS = Details(
    programme="spring", title="Circle 7", organizer="ana", attendees=PEOPLE, conference="https://meet.example.org/r"
)
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One plan of a series, and what was published before it and until when it is frozen."""

    series: Series
    placement: Placement
    horizon: Horizon
    freeze_until: int | None


def random_steps(seed: int) -> Iterator[Step]:
    """A first plan of a random series, and up to three that follow it: some keep the rule, some change it."""
    random = Random(seed)
    horizon = Horizon(date(2026, 2, 2) + timedelta(weeks=random.randrange(190)), random.randrange(20, 60))
    series = _series(random, horizon)
    slots, first = _slots(random, series, horizon), random.randrange(2)
    step = Step(series, _placed(random, series, first, slots, horizon), horizon, None)
    yield step
    for _ in range(random.randrange(4)):
        freeze = random.randrange(horizon.weeks) * WEEK_MINUTES + random.randrange(WEEK_MINUTES)
        if random.random() < 0.6:
            slots = _slots(random, series, horizon)
        if random.random() < 0.15:
            slots = ()
        elif not slots:
            slots = _slots(random, series, horizon)
        if random.random() < 0.1 and not series.pinned:
            series = replace(series, duration=random.choice((30, 45, 75)))
        anew = _placed(random, series, first, slots, horizon)
        step = Step(series, _frozen(step.placement, anew, freeze), horizon, freeze)
        yield step


def apply(step: Step, published: tuple[Event, ...]) -> tuple[Event, ...]:
    """What is published after a step: as a store keeps it, with cancelled events and new SEQUENCE numbers."""
    wanted = events_of(step.series, step.placement, step.horizon, published, DETAILS, freeze_until=step.freeze_until)
    known = {event.uid: event for event in published}
    for change in diff(published, wanted):
        known[change.event.uid] = replace(change.event, stamped=change.event.stamped or BEGINNING)
        assert change.event.cancelled == isinstance(change, Cancel)
    return tuple(known.values())


def _series(random: Random, horizon: Horizon) -> Series:
    monthly = random.random() < 0.3
    rotation = random.choice((1, 1, 2, 3))
    every = 1 if monthly else random.choice([n for n in (1, 1, 2, 3, 4) if n * rotation <= 12])
    room = horizon.weeks // 5 - 1 if monthly else horizon.weeks // every - 1
    sessions = random.choice((1, 2, room, room, room))
    return Series(
        id="circle-7",
        required=("ana", "bo"),
        optional=("chi",),
        duration=random.choice((15, 45, 60, 90, 180)),
        sessions=sessions,
        cadence=Cadence(every_weeks=every, monthly=monthly, rotation=rotation),
        anchor_zone=random.choice(ZONES),
        pinned={
            session: random.choice((None, random.randrange(horizon.weeks * WEEK_MINUTES)))
            for session in range(sessions)
            if random.random() < 0.05
        },
    )


def _slots(random: Random, series: Series, horizon: Horizon) -> tuple[Slot, ...]:
    slots = {_slot(random, series, horizon) for _ in range(20)}
    return tuple(random.sample(sorted(slots, key=repr), series.cadence.rotation))


def _slot(random: Random, series: Series, horizon: Horizon) -> Slot:
    nth = random.choice(NTHS) if series.cadence.monthly else None
    year = horizon.first_monday.year
    changes = [at for at, _, _ in clock_changes(series.anchor_zone, year, year + 1)]
    if not changes or random.random() < 0.4:
        return Slot(random.randrange(7), random.randrange(0, 1440, GRID), nth)
    at = random.choice(changes) + timedelta(minutes=random.randrange(-120, 120))
    near = local_time(at, series.anchor_zone)
    return Slot(near.day.weekday(), near.minute // GRID * GRID, nth)


def _placed(random: Random, series: Series, first: int, slots: tuple[Slot, ...], horizon: Horizon) -> Placement:
    if not slots:
        sessions = [Session(0, Status.SKIPPED)] * series.sessions
    else:
        starts = regular_starts(series, first, slots, horizon)
        sessions = [_session(random, series, int(start)) for start in starts]
    for index, pin in series.pinned.items():
        sessions[index] = Session(pin, Status.PINNED) if pin is not None else Session(0, Status.SKIPPED)
    return Placement(series.id, first if slots else 0, slots, tuple(sessions))


def _session(random: Random, series: Series, regular: int) -> Session:
    absent = ("chi",) if random.random() < 0.1 else ()
    chance = random.random()
    if chance < 0.1:
        return Session(regular, Status.SKIPPED)
    if chance < 0.25:
        return Session(regular + random.randrange(1, 200) * GRID, Status.MOVED, absent)
    return Session(regular, Status.HELD, absent)


def _frozen(before: Placement, anew: Placement, freeze: int) -> Placement:
    pairs = zip(before.sessions, anew.sessions, strict=True)
    return replace(anew, sessions=tuple(was if was.start < freeze else now for was, now in pairs))
