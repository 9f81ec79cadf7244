"""How people get the events they are invited to: written into their calendar, by their provider, by mail, or not."""

from collections.abc import Collection, Iterable

from scheduler.app.wiring.programme import App
from scheduler.core.delivery import Channel
from scheduler.core.delivery import invited as invited_by
from scheduler.core.event import Event


def ways(app: App, event: Event) -> tuple[dict[str, Channel], Collection[str]]:
    """By which channel people get an event of their own, and who is invited by the organizer's provider."""
    places = {place.person: place.channel for place in app.writers.places(event) if place.person}
    return places, invited_by(event, app.desks.reach)


def unreached(app: App, events: Iterable[Event]) -> set[str]:
    """Ids of those who are invited to some of the events, and to whom nothing is written or mailed."""
    found: set[str] = set()
    for event in events:
        places, by_provider = ways(app, event)
        found.update(each.id for each in event.attendees if each.id not in places and each.id not in by_provider)
    return found
