"""What a pair chooses, and what comes of it.

Nothing is written to a calendar before both chose the same time; the same time is booked once, however often and by
however many at once it is confirmed.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from connectors.published import feed
from scheduler import flow
from scheduler.app.pairs.pairs import TOML, group_of
from scheduler.app.planning.explaining import OWNER, Audience, member
from scheduler.app.planning.times import TimeOption, series_of_group, standing, time_of
from scheduler.app.planning.undo import find_undo, write_undo
from scheduler.app.programmes.editing import change
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.app.wiring.reaching import ways
from scheduler.core.change import Change
from scheduler.core.delivery import Channel
from scheduler.core.description import description
from scheduler.core.event import Event
from scheduler.core.plan import Plan
from scheduler.core.tongue import gettext as _
from scheduler.core.zones import zone_named
from scheduler.errors import ChangedElsewhere, StalePlan, Unavailable
from scheduler.flow import Planned
from scheduler.programme import Group, Person
from scheduler.programme.edit import with_values
from scheduler.programme.problem import Posed
from scheduler.store import SqlChoices

UNDO_FOR = timedelta(hours=1)
PATIENCE, PAUSE = 50, 0.1  # how often, and after how many seconds, a booking asks whether another one is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """How somebody gets what is booked, and what they will see there; `channel` None: nowhere by itself."""

    person: Person
    channel: Channel | None
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A time with everything that booking it would write; `seen` stands for exactly these dates."""

    option: TimeOption
    planned: Planned
    changes: tuple[Change, ...]
    invited: tuple[Invited, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """The events that would be written."""
        return tuple(each.event for each in self.changes)

    @property
    def seen(self) -> str:
        """Of other dates it is another."""
        starts = [(each.start, str(each.status)) for each in self.option.placement.sessions]
        return hashlib.sha256(repr((self.option.key, starts)).encode()).hexdigest()[:16]


class Outcome(Enum):
    """What came of choosing."""

    WAITS = "waits"  # for the other
    BOOKED = "booked"
    CHANGED = "changed"  # the dates are no longer what was shown


def choices(app: App, group: Group) -> Mapping[str, str]:
    """The key of the time that each member chose."""
    chosen = SqlChoices(app.home.engine, app.home.programme).of(group.id)
    return {who: key for who, key in chosen.items() if who in group.members}


def prepared(app: App, group: Group, key: str, audience: Audience) -> Booking:
    """What booking a time would write. Raises StalePlan where it is no longer among the best."""
    kept = kept_for(app, group, key)
    posed = kept.pose()
    option = time_of(kept, posed, series_of_group(posed, group.id), key, audience)
    if option is None:
        raise StalePlan(_("this time is no longer among the best: look at the times again."))
    return booking_of(kept, group, posed, option)


def booking_of(app: App, group: Group, posed: Posed, option: TimeOption) -> Booking:
    """What would be written for a time of a pair, whose series is alone in its programme."""
    planned = flow.still_fits(posed, Plan((option.placement,)))
    changes = app.changes(planned)
    return Booking(option=option, planned=planned, changes=changes, invited=_invited(app, group, changes))


def kept_for(app: App, group: Group, key: str) -> App:
    """The programme with the group's time kept on the clock that a key names. Raises InputError."""
    zone = zone_named(key.split(".", 4)[-1])
    groups = (replace(each, anchor=zone) if each.id == group.id else each for each in app.programme.groups)
    return replace(app, programme=replace(app.programme, groups=tuple(groups)))


def choose(site: Site, programme: str, group: str, person: str, key: str, seen: str) -> Outcome:
    """Take somebody's choice; book it once everybody of the group chose the same.

    Calendars are read again before. Raises StalePlan where the time can't be had any more, InputError, Unavailable.
    """
    app = site.app(programme)
    mine = group_of(app, group)
    if is_booked(app, mine):
        return Outcome.BOOKED
    app.refresh_of(mine.members)
    booking = prepared(app, mine, key, member(person))
    if booking.seen != seen:
        return Outcome.CHANGED
    kept = SqlChoices(site.service.database, programme)
    kept.choose(group, person, key, app.clock.now())
    chosen = choices(app, mine)
    if any(chosen.get(who) != key for who in mine.members):
        return Outcome.WAITS
    _keep_time_on(site, programme, group, booking.option.anchor)
    _book(site, programme, group, key)
    return Outcome.BOOKED


def booked(app: App, group: Group, audience: Audience) -> TimeOption | None:
    """What stands of a group."""
    posed = app.pose()
    return standing(app, posed, series_of_group(posed, group.id), audience)


def is_booked(app: App, group: Group) -> bool:
    """Whether anything stands of a group."""
    stands = app.store.standing()
    return stands is not None and group.id in stands.plan.by_series()


def undo_until(app: App, group: Group) -> datetime | None:
    """Until when a booking can be taken back; None: not any more, or nothing is booked."""
    stands, before = app.store.standing(), app.store.before()
    if stands is None or group.id not in stands.plan.by_series():
        return None
    if before is not None and group.id in before.plan.by_series():
        return None  # something else was decided since
    until = stands.decided_at + UNDO_FOR
    return until if app.clock.now() < until else None


def take_back(site: Site, programme: str, group: str) -> None:
    """Take a booking back, and both choices with it. Raises StalePlan, Unavailable."""
    app = site.app(programme)
    if undo_until(app, group_of(app, group)) is None:
        raise StalePlan(_("this can't be taken back any more."))
    write_undo(app, find_undo(app))
    SqlChoices(site.service.database, programme).forget(group)


def standing_events(app: App, group: Group) -> tuple[Event, ...]:
    """What is booked of a group, as it is written."""
    return tuple(event for event in app.store.events() if event.group == group.id and not event.cancelled)


def calendar_file(events: Sequence[Event], reader: str, now: datetime) -> bytes:
    """What is, or would be, booked as a calendar file (RFC 5545) for one of its people."""
    return feed([replace(event, stamped=now) for event in events], events[0].title, reader=reader)


def _keep_time_on(site: Site, programme: str, group: str, zone: str) -> None:
    """Let the group's time be kept on a zone's clock."""

    def edit(files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {**files, TOML: with_values(files[TOML], {("groups", group, "anchor"): zone})}

    change(site.service, programme, edit)


def _book(site: Site, programme: str, group: str, key: str) -> None:
    """Decide and write it; of several at once one does, and the others see that it is done."""
    for _again in range(PATIENCE):
        app = site.app(programme)
        mine = group_of(app, group)
        if is_booked(app, mine):
            return
        booking = prepared(app, mine, key, OWNER)
        try:
            with app.writing():
                flow.decide(booking.planned, booking.changes, store=app.store, clock=app.clock)
            site.service.owes(programme)
        except (ChangedElsewhere, Unavailable):
            time.sleep(PAUSE)
        else:
            return
    raise Unavailable(_("it can't be booked at the moment. Try again in a minute."))


def _invited(app: App, group: Group, changes: Sequence[Change]) -> tuple[Invited, ...]:
    """How each member gets the events."""
    people = app.programme.by_id
    if not changes:
        return ()
    event = changes[0].event
    places, by_provider = ways(app, event)
    home = places.get(event.organizer)
    return tuple(
        Invited(
            person=people[who],
            channel=places.get(who) or (home if who in by_provider else None),
            by=event.organizer if who in by_provider and who not in places else "",
            text=description(event, who),
        )
        for who in group.members
    )
