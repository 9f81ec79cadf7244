"""scheduler/core/zone_change.py: what a new law on clocks does to meetings that stand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.interval import Horizon
from scheduler.core.pins import Pin
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.series import Slot
from scheduler.core.walltime import WallTime
from scheduler.core.zone_change import ZoneChange, pins_by_new_zones, plan_by_new_zones, zone_changes

ANA = Attendee(id="ana", name="Ana", email="ana@example.org", zone="America/Vancouver", role="chair")
HOUR = timedelta(hours=1)
RULE = RecurrenceRule(zone="America/Vancouver", first=WallTime(date(2026, 10, 19), 600))
HORIZON = Horizon(date(2026, 10, 19), 6)
BEFORE = datetime(2026, 10, 1, tzinfo=UTC)


def published(*moved: tuple[int, timedelta | None]) -> Event:
    """Four Mondays at 10:00 in Vancouver, as 2025's law had them: back to winter time on 1 November 2026.

    `moved`: by how much a session was moved; None: skipped.
    """
    dates = [datetime(2026, 10, 19, 17, tzinfo=UTC), datetime(2026, 10, 26, 17, tzinfo=UTC)]
    dates += [datetime(2026, 11, 2, 18, tzinfo=UTC), datetime(2026, 11, 9, 18, tzinfo=UTC)]
    away = dict(moved)
    starts = [None if (by := away.get(n, timedelta())) is None else at + by for n, at in enumerate(dates)]
    return Event(
        uid="u",
        group="g",
        slot=0,
        generation=0,
        rule=RULE,
        duration=45,
        occurrences=tuple(
            Occurrence(session=n, recurrence_id=at, start=start)
            for n, (at, start) in enumerate(zip(dates, starts, strict=True))
        ),
        title="Circle",
        organizer="ana",
        attendees=(ANA,),
    )


def plan_of(event: Event) -> Plan:
    """The plan that led to it."""
    sessions = [
        Session(
            HORIZON.minute(each.start or each.recurrence_id),
            Status.SKIPPED if each.start is None else Status.HELD if each.start == each.recurrence_id else Status.MOVED,
        )
        for each in event.occurrences
    ]
    return Plan((Placement("g", 0, (Slot(0, 600),), tuple(sessions)),))


def starts(plan: Plan) -> list[datetime]:
    """Where its sessions stand."""
    return [HORIZON.instant(session.start) for placement in plan.placements for session in placement.sessions]


def test_dates_after_the_change_that_was_abolished_are_an_hour_earlier() -> None:
    """Wall times stay; what lies before the change is not touched."""
    changes = zone_changes([published()], BEFORE)
    assert [(each.key, each.after - each.before) for each in changes] == [(("g", 2), -HOUR), (("g", 3), -HOUR)]
    assert all(each.takes_place and each.zone == "America/Vancouver" for each in changes)
    assert starts(plan_by_new_zones(plan_of(published()), HORIZON, changes)) == list(RULE.instants(4))


def test_what_is_published_by_todays_zone_data_does_not_change() -> None:
    """Nor does a plan or a pin by no changes."""
    event = published()
    as_now = tuple(
        replace(each, recurrence_id=at, start=at) for each, at in zip(event.occurrences, RULE.instants(4), strict=True)
    )
    assert zone_changes([replace(event, occurrences=as_now)], BEFORE) == ()
    assert plan_by_new_zones(plan_of(event), HORIZON, ()) == plan_of(event)


def test_a_moved_session_goes_along_with_the_date_nearest_to_it() -> None:
    """Moved from before the change to beside a date after it, and the other way round."""
    event = published((1, timedelta(days=5)), (2, timedelta(days=-5)))
    assert [(each.session, each.after - each.before) for each in zone_changes([event], BEFORE)] == [
        (1, -HOUR),
        (3, -HOUR),
    ]


def test_a_skipped_session_is_told_apart_and_its_date_moves_in_the_plan() -> None:
    """Its date is where explanations look."""
    event = published((3, None))
    changes = zone_changes([event], BEFORE)
    assert [each.takes_place for each in changes] == [True, False]
    assert starts(plan_by_new_zones(plan_of(event), HORIZON, changes)) == list(RULE.instants(4))


def test_what_is_past_or_cancelled_stays() -> None:
    """Nobody meets at another time in the past."""
    assert [each.session for each in zone_changes([published()], datetime(2026, 11, 5, tzinfo=UTC))] == [3]
    assert zone_changes([replace(published(), cancelled=True)], BEFORE) == ()


def test_a_session_that_stands_elsewhere_by_now_is_not_moved() -> None:
    """The change speaks of where it stood; so it is for plans, and for pins."""
    change = ZoneChange(group="g", session=2, zone="America/Vancouver", before=BEFORE, after=BEFORE + HOUR)
    assert plan_by_new_zones(plan_of(published()), HORIZON, [change]) == plan_of(published())


def test_a_pin_means_a_time_on_the_wall() -> None:
    """Its instant goes along; a pin that skips has none, and others stay."""
    changes = zone_changes([published()], BEFORE)
    there, elsewhere, skipped = (
        Pin(
            group="g",
            session=session,
            start=start,
            counted_from=HORIZON.first_monday,
            decided_at=BEFORE,
            command="move",
        )
        for session, start in ((2, changes[0].before), (3, BEFORE), (1, None))
    )
    assert pins_by_new_zones([there, elsewhere, skipped], changes) == (
        replace(there, start=changes[0].after),
        elsewhere,
        skipped,
    )
