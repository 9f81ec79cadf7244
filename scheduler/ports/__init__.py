"""What the application needs from outside, as narrow as it needs it."""

from scheduler.ports.reading import (
    Answer,
    Asked,
    CalendarReader,
    ChangeFeed,
    Changes,
    Lookers,
    Own,
    Pusher,
    SeriesReader,
)
from scheduler.ports.state import Clock, SavedPlan, Secret, Store
from scheduler.ports.writing import CalendarWriter, Conferencing, Notifier, Room, Rooms, Writers

__all__ = [
    "Answer",
    "Asked",
    "CalendarReader",
    "CalendarWriter",
    "ChangeFeed",
    "Changes",
    "Clock",
    "Conferencing",
    "Lookers",
    "Notifier",
    "Own",
    "Pusher",
    "Room",
    "Rooms",
    "SavedPlan",
    "Secret",
    "SeriesReader",
    "Store",
    "Writers",
]
