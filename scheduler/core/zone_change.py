"""What a new law on clocks does to meetings that stand: their times on the wall stay, and so their instants change.

What was published holds its rule (a time on a zone's wall) beside the instants at which the zone data of that day put
it. Where today's zone data put a date elsewhere, the law changed since: everybody there goes on to meet at the same
time of their clocks, which is another instant to all others. The old zone data are not needed for it, nor any of them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.core.event import Event, Instant
from scheduler.core.interval import MINUTE, Horizon
from scheduler.core.pins import Key, Pin
from scheduler.core.plan import Placement, Plan, Session

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """A session whose instant is another by today's zone data of `zone`, the zone of its rule.

    Of one that was skipped it is the instant of its date.
    """

    group: str
    session: int
    zone: str
    before: Instant
    after: Instant
    takes_place: bool = True

    @property
    def key(self) -> Key:
        """Which session it is."""
        return self.group, self.session


def zone_changes(events: Iterable[Event], since: datetime) -> tuple[ZoneChange, ...]:
    """Of published events, each session from `since` on whose instant is another one by now, in their order.

    A session that was moved away from its date goes along with the date that is nearest to where it stands.
    """
    return tuple(change for event in events if not event.cancelled for change in _changes(event, since))


def plan_by_new_zones(plan: Plan, horizon: Horizon, changes: Sequence[ZoneChange]) -> Plan:
    """A plan that stands, in minutes of `horizon`, with its sessions where the changes put them."""
    minutes = {change.key: int((change.after - change.before).total_seconds()) // MINUTE for change in changes}
    stood = {change.key: horizon.minute(change.before) for change in changes}
    return replace(plan, placements=tuple(_shifted(each, minutes, stood) for each in plan.placements))


def pins_by_new_zones(pins: Sequence[Pin], changes: Sequence[ZoneChange]) -> tuple[Pin, ...]:
    """The pins, which mean a time on the wall as well."""
    after = {(change.key, change.before): change.after for change in changes}
    return tuple(replace(pin, start=pin.start and after.get((pin.key, pin.start), pin.start)) for pin in pins)


def _changes(event: Event, since: datetime) -> Iterable[ZoneChange]:
    dates = [each.recurrence_id for each in event.occurrences]
    shifts = [now - then for now, then in zip(event.rule.instants(len(dates)), dates, strict=True)]
    if not any(shifts):
        return
    for each in event.occurrences:
        stands = each.start or each.recurrence_id
        shift = shifts[_nearest(dates, stands)]
        if shift != NO_TIME and stands >= since:
            yield ZoneChange(
                group=event.group,
                session=each.session,
                zone=event.rule.zone,
                before=stands,
                after=stands + shift,
                takes_place=each.start is not None,
            )


def _nearest(dates: Sequence[datetime], start: datetime) -> int:
    """Which of some sorted dates is nearest."""
    after = bisect_left(dates, start)
    around = [index for index in (after - 1, after) if 0 <= index < len(dates)]
    return min(around, key=lambda index: abs(dates[index] - start))


def _shifted(placement: Placement, minutes: Mapping[Key, int], stood: Mapping[Key, int]) -> Placement:
    def shifted(number: int, session: Session) -> Session:
        key = (placement.series, number)
        return replace(session, start=session.start + minutes[key]) if stood.get(key) == session.start else session

    return replace(placement, sessions=tuple(shifted(*each) for each in enumerate(placement.sessions)))
