"""Looking at what stands of published events in people's calendars."""

from collections import defaultdict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from scheduler.core.delivery import Delivery, Place
from scheduler.core.event import Event
from scheduler.core.found import Found
from scheduler.errors import RondoError
from scheduler.ports import Clock, Lookers, Store

AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found of an event at a place, or why nothing could be."""

    event: Event
    place: Place
    standing: Delivery
    found: Found | None = None
    fault: RondoError | None = None


def look(
    *,
    store: Store,
    lookers: Lookers,
    clock: Clock,
    people: Collection[str] | None = None,
    groups: Collection[str] | None = None,
) -> tuple[Looked, ...]:
    """Look at every event of some groups that has sessions ahead, in the calendars of some people, several at once.

    None: of all. Also at what is just being written: each session is then as it was, or as it should be, which is
    nobody's edit.
    """
    now = clock.now()
    ahead = {
        _line(event): event
        for event in store.events()
        if not event.cancelled
        and (groups is None or event.group in groups)
        and any(at.start and at.start > now for at in event.sessions)
    }
    jobs = defaultdict[str, list[Looked]](list)
    for place, standing in store.standing_deliveries():
        event = ahead.get(_line(standing.event))
        if event and (people is None or place.person in people):
            jobs[place.person].append(Looked(event=event, place=place, standing=standing))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda some: [_look(each, lookers) for each in some], jobs.values())
        return tuple(each for some in found for each in some if each.found or each.fault)


def _line(event: Event) -> tuple[str, int, int]:
    """What is the same of an event at every place, where its UID may be another."""
    return event.group, event.slot, event.generation


def _look(looked: Looked, lookers: Lookers) -> Looked:
    try:
        reader = lookers.looking(looked.place)
        found = reader.look(looked.event, standing=looked.standing) if reader else None
    except RondoError as fault:
        return replace(looked, fault=fault)
    return replace(looked, found=found)
