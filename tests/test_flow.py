"""The application's verbs, each by its one effect: refresh reads, plan decides, apply writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.ics import IcsFiles
from scheduler import delivering, flow
from scheduler.core.change import Create, Keep
from scheduler.core.delivery import Channel, Delivery, Place, Receipt
from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.core.interval import Interval, Intervals, as_intervals
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.series import Slot
from scheduler.errors import ChangedElsewhere, InputError, RondoError, StalePlan, Unavailable
from scheduler.flow import Planned
from scheduler.ports import Answer, Asked, CalendarWriter, Room, Store
from scheduler.programme import Programme, load
from scheduler.programme.problem import Rules, pose
from scheduler.solve import Params
from scheduler.store import open_store
from tests.desks import At, Desk, once

RULES = Rules(stale_for=timedelta(hours=24), freeze_for=timedelta(hours=48))


def rows(intervals: Intervals) -> set[tuple[int, int]]:
    """As they can be compared."""
    return {(int(start), int(end)) for start, end in intervals}


@dataclass
class Calendars:
    """A reader that says what the test puts into it."""

    known: dict[str, FreeBusy | RondoError] = field(default_factory=dict)
    asked: list[tuple[str, str, Interval]] = field(default_factory=list)
    own: dict[str, set[tuple[int, int]]] = field(default_factory=dict)

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """What the test says of calendars; nobody is busy where it says nothing."""
        self.asked += [(each.calendar, each.zone, window) for each in asked]
        self.own |= {each.person: rows(each.own.sessions) for each in asked}
        found = [self.known.get(each.calendar, FreeBusy()) for each in asked]
        return [Answer(error=one) if isinstance(one, RondoError) else Answer(free_busy=one) for one in found]


@dataclass
class Notebook:
    """The writer of every place: it remembers, and breaks down once, before the nth call."""

    breaks_at: int = 0
    calls: list[tuple[str, Event]] = field(default_factory=list)

    def places(self, event: Event) -> tuple[Place, ...]:
        """Files alone."""
        return (Place(Channel.FILES),)

    def at(self, place: Place) -> CalendarWriter:
        """It writes everywhere."""
        return self

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Remember it."""
        return self._take("put", event)

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Remember it."""
        return self._take("cancel", event)

    def _take(self, what: str, event: Event) -> Receipt:
        if len(self.calls) + 1 == self.breaks_at:
            self.breaks_at = 0
            raise Unavailable("the disk is full")
        self.calls.append((what, event))
        return Receipt()


class NoRooms:
    """No video."""

    def of(self, group: str) -> Room:
        """None."""
        return Room()


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    """Four people, a pair and a circle."""
    return load(Desk(tmp_path / "spring").path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(tmp_path / "state")


def planned(programme: Programme, store: Store, clock: At, *, replan: bool = False) -> Planned:
    """A plan for what the store holds."""
    copies = tuple(store.copies().values())
    posed = pose(programme, copies, store.standing(), clock.now(), RULES, replan=replan)
    return flow.plan(posed, params=Params())


def refreshed(programme: Programme, store: Store, reader: Calendars, clock: At) -> None:
    """Read everything."""
    flow.refresh(programme, reader=reader, store=store, clock=clock)


def applied(programme: Programme, found: Planned, store: Store, clock: At, writer: Notebook) -> int:
    """Decide a plan and write it."""
    todo = flow.changes(programme, found, store.events(), rooms=NoRooms(), scope="s")
    flow.decide(found, todo, store=store, clock=clock)
    return delivering.write_pending(store=store, writers=writer, clock=clock).events


# --- refresh


def test_refresh_asks_for_every_calendar_in_its_owners_zone(programme: Programme, store: Store) -> None:
    """Over the horizon and a day at each end."""
    reader = Calendars()
    refreshed(programme, store, reader, At())
    window = Interval(datetime(2027, 2, 28, tzinfo=UTC), datetime(2027, 4, 27, tzinfo=UTC))
    assert sorted(reader.asked, key=lambda call: call[0]) == [
        ("calendars/amara.ics", "Europe/London", window),
        ("calendars/chen.ics", "America/New_York", window),
        ("calendars/dev.ics", "Asia/Kolkata", window),
    ]


@pytest.mark.parametrize("fault", [Unavailable("it may not be read"), InputError("is no calendar")])
def test_a_calendar_that_can_not_be_read_keeps_its_last_good_copy(
    programme: Programme, store: Store, fault: RondoError
) -> None:
    """With the instant of the reading and of the attempt; the others are read all the same."""
    clock, known = At(), FreeBusy(busy=as_intervals([(1, 2)]))
    reader = Calendars({"calendars/amara.ics": known})
    refreshed(programme, store, reader, clock)
    first = clock.now()
    clock.instant += timedelta(hours=1)
    reader.known["calendars/amara.ics"] = fault
    refreshed(programme, store, reader, clock)
    copies = store.copies()
    amara = copies["amara", "calendars/amara.ics"]
    assert (amara.error, amara.read_at, amara.tried_at) == (str(fault), first, clock.now())
    assert amara.free_busy is not None
    assert amara.free_busy.busy.tolist() == [[1, 2]]
    assert copies["chen", "calendars/chen.ics"].read_at == clock.now()
    reader.known["calendars/amara.ics"] = FreeBusy()
    refreshed(programme, store, reader, clock)
    assert store.copies()["amara", "calendars/amara.ics"].error == ""


def test_reading_alone_remembers_nothing(programme: Programme, store: Store) -> None:
    """`check` looks, and that is all."""
    found = flow.read_calendars(programme, reader=Calendars(), store=store, clock=At())
    assert len(found) == 3
    assert store.copies() == {}


# --- plan


def test_a_plan_that_breaks_a_rule_is_never_used(
    programme: Programme, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each plan passes a check that shares nothing with the solver; one that does not is our fault, and said."""
    nonsense = Placement("pair", 0, (Slot(0, 7),), (Session(3, Status.HELD),) * 8)
    monkeypatch.setattr(flow, "solve", lambda *_, **__: Plan((nonsense,)))
    with pytest.raises(RondoError, match=r"the plan breaks a rule and is not used: .+ This is a fault of Rondo's"):
        planned(programme, store, At())


def test_a_saved_plan_that_fits_no_more_is_stale(programme: Programme, store: Store) -> None:
    """A calendar that was read since, or a group that is new."""
    reader, clock = Calendars(), At()
    refreshed(programme, store, reader, clock)
    old = planned(programme, store, clock).plan
    posed = pose(programme, tuple(store.copies().values()), None, clock.now(), RULES)
    assert flow.still_fits(posed, old).plan == old
    start = programme.horizon.instant(old.by_series()["pair"].sessions[2].start)
    second = int(start.timestamp())
    reader.known["calendars/chen.ics"] = FreeBusy(busy=as_intervals([(second, second + 60)]))
    refreshed(programme, store, reader, clock)
    posed = pose(programme, tuple(store.copies().values()), None, clock.now(), RULES)
    with pytest.raises(StalePlan, match=r"no longer fits what was read: pair\[2\]: chen is busy\. Plan again"):
        flow.still_fits(posed, old)


def test_others_are_planned_around_a_given_placement(programme: Programme, store: Store) -> None:
    """The given one stands to the minute; one that does not fit is refused."""
    clock = At()
    refreshed(programme, store, Calendars(), clock)
    first = planned(programme, store, clock)
    circle = first.plan.by_series()["circle"].sessions[0].start
    starts = [circle + week * 7 * 24 * 60 for week in range(8)]
    shown = programme.horizon.instant(circle).astimezone(UTC)
    slot = Slot(shown.weekday(), shown.hour * 60 + shown.minute)
    given = Placement("pair", 0, (slot,), tuple(Session(start, Status.HELD) for start in starts))
    with pytest.raises(StalePlan):
        flow.plan_around(first.posed, replace(given, slots=(Slot(0, 7),)), params=Params())
    noon = first.plan.by_series()["pair"]
    around = flow.plan_around(first.posed, noon, params=Params())
    assert around.plan.by_series()["pair"] == noon
    assert around.report.faults == ()
    assert around.report.score.happen == 16


# --- apply


def test_a_second_round_finds_nothing_to_do(programme: Programme, store: Store) -> None:
    """What was created is kept, and nothing is written."""
    clock, writer = At(), Notebook()
    refreshed(programme, store, Calendars(), clock)
    first = planned(programme, store, clock)
    assert applied(programme, first, store, clock, writer) == 2
    again = planned(programme, store, clock)
    todo = flow.changes(programme, again, store.events(), rooms=NoRooms(), scope="s")
    assert [type(change) for change in todo] == [Keep, Keep]
    assert applied(programme, again, store, clock, writer) == 0
    assert [(what, event.group, event.sequence) for what, event in writer.calls] == [
        ("put", "pair", 0),
        ("put", "circle", 0),
    ]


def test_whatever_is_decided_carries_the_instant(programme: Programme, store: Store) -> None:
    """DTSTAMP of what is written, and the time of the standing plan."""
    clock, writer = At(), Notebook()
    refreshed(programme, store, Calendars(), clock)
    applied(programme, planned(programme, store, clock), store, clock, writer)
    assert {event.stamped for _, event in writer.calls} == {clock.now()}
    standing = store.standing()
    assert standing is not None
    assert standing.decided_at == clock.now()


@pytest.mark.parametrize("breaks_at", [1, 2])
def test_a_write_that_fails_is_owed_until_it_is_done(programme: Programme, store: Store, breaks_at: int) -> None:
    """The others are written all the same; what comes next writes the rest, and nothing that was confirmed."""
    clock, writer = At(), Notebook(breaks_at)
    refreshed(programme, store, Calendars(), clock)
    found = planned(programme, store, clock)
    assert applied(programme, found, store, clock, writer) == 1
    assert len(store.pending()) == 1
    told: list[str] = []
    again = delivering.write_pending(
        store=store, writers=writer, clock=clock, done=lambda event: told.append(event.group)
    )
    assert (again.events, again.faults) == (1, ())
    assert told == [("pair", "circle")[breaks_at - 1]]
    assert sorted(event.group for _, event in writer.calls) == ["circle", "pair"]
    assert store.pending() == ()


def test_of_what_was_decided_twice_the_newest_is_written(programme: Programme, store: Store) -> None:
    """What came before it is owed no more."""
    clock, writer = At(), Notebook(breaks_at=1)
    refreshed(programme, store, Calendars(), clock)
    found = planned(programme, store, clock)
    applied(programme, found, store, clock, writer)
    renamed = replace(programme, groups=tuple(replace(group, title="Other") for group in programme.groups))
    todo = flow.changes(renamed, found, store.events(), rooms=NoRooms(), scope="s")
    flow.decide(found, todo, store=store, clock=clock)
    assert len(store.pending()) == 3
    assert delivering.write_pending(store=store, writers=writer, clock=clock).events == 2
    assert [event.title for _, event in writer.calls[1:]] == ["Other", "Other"]
    assert store.pending() == ()


def test_a_group_that_is_gone_is_cancelled(programme: Programme, store: Store) -> None:
    """Its event is taken back once, and its UID is spent."""
    clock, writer = At(), Notebook()
    refreshed(programme, store, Calendars(), clock)
    applied(programme, planned(programme, store, clock), store, clock, writer)
    smaller = replace(programme, groups=programme.groups[:1])
    for _ in range(2):
        applied(smaller, planned(smaller, store, clock), store, clock, writer)
    assert [(what, event.group) for what, event in writer.calls[2:]] == [("cancel", "circle")]
    applied(programme, planned(programme, store, clock), store, clock, writer)
    assert writer.calls[3][1].uid not in {event.uid for _, event in writer.calls[:3]}


def test_of_two_who_decide_at_once_one_is_told(programme: Programme, store: Store) -> None:
    """The loser's changes rest on what stands no more: nothing of them is decided or written."""
    clock, writer = At(), Notebook()
    refreshed(programme, store, Calendars(), clock)
    found = planned(programme, store, clock)
    todo = flow.changes(programme, found, store.events(), rooms=NoRooms(), scope="s")
    assert all(isinstance(change, Create) for change in todo)
    flow.decide(found, todo, store=store, clock=clock)
    with pytest.raises(ChangedElsewhere):
        flow.decide(found, todo, store=store, clock=clock)
    assert delivering.write_pending(store=store, writers=writer, clock=clock).events == 2


# --- free


def test_common_free_time_keeps_clear_of_hours_calendars_and_sessions(programme: Programme, store: Store) -> None:
    """Of the first Tuesday: Amara's and Chen's hours overlap from 13 to 17; two things take their part."""
    clock, reader = At(), Calendars()
    refreshed(programme, store, reader, clock)
    applied(programme, planned(programme, store, clock), store, clock, Notebook())
    tuesday = datetime(2027, 3, 2, tzinfo=UTC)
    second = int((tuesday + timedelta(hours=16)).timestamp())
    reader.known["calendars/amara.ics"] = FreeBusy(busy=as_intervals([(second, second + 1800)]))
    copies = flow.read_calendars(programme, reader=reader, store=store, clock=clock)
    both = programme.people[:2]
    free = flow.common_free(programme, both, copies, store=store, clock=clock, rules=RULES)
    minutes = {minute for start, end in free.tolist() for minute in range(start // 60, end // 60)}
    of_day = {minute - int(tuesday.timestamp()) // 60 for minute in minutes} & set(range(1440))
    busy = set(range(16 * 60, 16 * 60 + 30)) | sessions_on(store, tuesday)
    assert of_day == set(range(13 * 60, 17 * 60)) - busy


def sessions_on(store: Store, day: datetime) -> set[int]:
    """Minutes of a day in which sessions of Amara's or Chen's stand."""
    found: set[int] = set()
    for event in store.events():
        for session in event.sessions:
            if session.start and session.start.date() == day.date():
                first = int((session.start - day).total_seconds()) // 60
                found |= set(range(first, first + event.duration))
    return found


def test_nobody_is_free_who_is_unknown(programme: Programme, store: Store) -> None:
    """It is said of whom, and why."""
    reader = Calendars({"calendars/chen.ics": Unavailable("it may not be read")})
    copies = flow.read_calendars(programme, reader=reader, store=store, clock=At())
    with pytest.raises(Unavailable, match=r"Chen L\. is unknown, and unknown is never free: it may not be read"):
        flow.common_free(programme, programme.people, copies, store=store, clock=At(), rules=RULES)


def test_own_events_do_not_block(tmp_path: Path) -> None:
    """A calendar into which what we published was imported says nothing new."""
    desk = Desk(tmp_path / "spring")
    desk.publish()
    mine = (desk.path / "published" / "people" / "dev.ics").read_bytes()
    (desk.path / "calendars" / "dev.ics").write_bytes(mine)
    reader = IcsFiles(desk.path)
    copies = flow.read_calendars(load(desk.path), reader=reader, store=desk.app.store, clock=desk.clock)
    assert busy_of("dev", copies) == []
    desk.calendar("dev", once("2027-03-02T08:00", 30))
    copies = flow.read_calendars(load(desk.path), reader=reader, store=desk.app.store, clock=desk.clock)
    assert len(busy_of("dev", copies)) == 1


def test_what_may_stand_where_a_write_broke_off_is_our_own_too(tmp_path: Path) -> None:
    """Where only busy times are told, it would block its own series."""
    desk = Desk(tmp_path / "spring")
    desk.publish()
    store, reader = desk.app.store, Calendars()
    event = next(each for each in store.events() if "dev" in {who.id for who in each.attendees})
    *others, last = event.occurrences
    assert last.start
    form = replace(event, occurrences=(*others, replace(last, start=last.start + timedelta(hours=3))))
    (wanted,) = rows(flow.seconds_of(form, "dev")) - rows(flow.seconds_of(event, "dev"))
    for place in (Place(Channel.GOOGLE, "ela"), Place(Channel.FILES)):
        flow.read_calendars(load(desk.path), reader=reader, store=store, clock=desk.clock)
        assert wanted not in reader.own["dev"]
        store.attempt(event.uid, place, form)
        flow.read_calendars(load(desk.path), reader=reader, store=store, clock=desk.clock)
        assert wanted in reader.own["dev"]
        store.withdrawn(event.uid, place)


def busy_of(who: str, copies: Sequence[CalendarCopy]) -> list[list[int]]:
    """Busy rows of somebody."""
    return [row for copy in copies if copy.person == who and copy.free_busy for row in copy.free_busy.busy.tolist()]
