"""Two people who look for a recurring time without anybody's help: what they begin with, and what they choose.

A pair is a programme of its own with one group. Nothing is written to a calendar before both chose the same time; the
same time is booked once, however often and by however many at once it is confirmed.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

import tomlkit

from connectors.published import feed
from scheduler import flow
from scheduler.app.editing import change, new_programme
from scheduler.app.explaining import OWNER, Audience, member
from scheduler.app.programme import App
from scheduler.app.site import Site
from scheduler.app.times import TimeOption, series_of_group, standing, time_of
from scheduler.app.undo import find_undo, write_undo
from scheduler.core.change import Change
from scheduler.core.delivery import Channel
from scheduler.core.delivery import invited as invited_by
from scheduler.core.description import description
from scheduler.core.event import Event
from scheduler.core.plan import Plan
from scheduler.core.tongue import gettext as _
from scheduler.core.visitor import LinkKind
from scheduler.core.zones import zone_named
from scheduler.errors import ChangedElsewhere, InputError, StalePlan, Unavailable
from scheduler.flow import Planned
from scheduler.programme import Group, Person
from scheduler.programme.edit import with_person_cells, with_values
from scheduler.programme.problem import Posed
from scheduler.programme.table import csv_text
from scheduler.store import SqlChoices, SqlProgrammes

GROUP, FIRST, SECOND = "pair", "first", "second"
UNDO_FOR = timedelta(hours=1)
TWICE = timedelta(minutes=10)  # within which a form is taken to be sent twice
SECRET = 20  # signs of what nobody can guess
PATIENCE, PAUSE = 50, 0.1  # how often, and after how many seconds, a booking asks whether another one is done
PEOPLE, GROUPS, TOML = "people.csv", "groups.csv", "programme.toml"
COLUMNS = ("id", "name", "email", "timezone", "hours", "calendar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two, as they say it themselves; without hours they have not said yet when they can."""

    name: str
    zone: str
    hours: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A pair that began: the secrets of the links by which its two people come in."""

    programme: str
    mine: str
    theirs: str


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


def begin(
    site: Site,
    *,
    once: str,
    me: Side,
    other: Side,
    every: int,
    minutes: int,
    first: date,
    until: date,
    room: str = "",
) -> Begun:
    """Make a pair, and links for both. The same `once` makes it once: who sends a form twice gets new links.

    Raises InputError, ProgrammeErrors for what can't be read, Unavailable.
    """
    programme = f"pair-{hashlib.sha256(once.encode()).hexdigest()[:20]}"
    zone = zone_named(me.zone)
    people = [
        (FIRST, me.name, me.email, zone, me.hours, ""),
        (SECOND, other.name, other.email, zone_named(other.zone) if other.zone else zone, other.hours, ""),
    ]
    names = _("%(one)s and %(other)s") % {"one": me.name, "other": other.name}
    tables: dict[str, object] = {
        "programme": {
            "name": names,
            "from": first,
            "until": until,
            "every": "week" if every == 1 else f"{every} weeks",
            "minutes": minutes,
            "anchor": zone,
        },
        "groups": {GROUP: {"title": names}},
    }
    if room:
        tables["video"] = {"provider": "url", "url": room}
    files = {
        PEOPLE: csv_text(COLUMNS, people).encode(),
        GROUPS: csv_text(("group", "person"), [(GROUP, FIRST), (GROUP, SECOND)]).encode(),
        TOML: tomlkit.dumps(tables).encode(),
    }
    held = SqlProgrammes(site.service.database).get(programme)
    if held is None:
        new_programme(site.service, programme, files, kind="pair")
    elif site.service.clock.now() - held.imported_at > TWICE or len(once) < SECRET:
        raise InputError(_("this form was sent already."), hint=_("Load the page again to begin anew."))
    links = [site.access.hand_out(LinkKind.PERSON, programme, person) for person in (FIRST, SECOND)]
    return Begun(programme=programme, mine=links[0], theirs=links[1])


def is_pair(site: Site, programme: str) -> bool:
    """Whether two people began it by themselves."""
    held = SqlProgrammes(site.service.database).get(programme)
    return held is not None and held.kind == "pair"


def is_ready(person: Person) -> bool:
    """Whether they said when they can: by hours, or by a calendar."""
    return person.has_hours or bool(person.calendars)


def introduce(site: Site, programme: str, person: str, side: Side) -> None:
    """Take somebody's name, zone and hours as they say them. Raises InputError, ProgrammeErrors, Unavailable."""
    cells = {"name": side.name, "timezone": zone_named(side.zone), "hours": side.hours}

    def edit(files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {**files, PEOPLE: with_person_cells(files[PEOPLE], person, cells)}

    change(site.service, programme, edit)


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


def calendar_file(app: App, booking: Booking, reader: str) -> bytes:
    """What would be booked as a calendar file (RFC 5545) for one of its people."""
    now = app.clock.now()
    return feed([replace(event, stamped=now) for event in booking.events], booking.events[0].title, reader=reader)


def group_of(app: App, group: str) -> Group:
    """A group by its id. Raises InputError."""
    found = next((each for each in app.programme.groups if each.id == group), None)
    if found is None:
        raise InputError(f"there is no group {group!r}.")
    return found


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
    people = {person.id: person for person in app.programme.people}
    if not changes:
        return ()
    event = changes[0].event
    places = {place.person: place.channel for place in app.writers.places(event) if place.person}
    by_provider = invited_by(event, app.desks.reach)
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
