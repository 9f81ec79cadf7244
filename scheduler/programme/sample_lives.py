"""What the people of the sample have in their calendars: weekly routines, and single events drawn from a seed."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.programme.sample_exports import Entry, Style

FIRST_MONDAY, WEEKS = date(2027, 1, 11), 26
LAST_AUTUMN = date(2026, 9, 7)  # routines are older than the programme
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY_DAY = "MO,TU,WE,TH,FR"
BUSIEST_WEEK = 4
QUARTER = 15

SINGLES = (
    "Dentist",
    "Budget meeting",
    "Job interview",
    "Supplier visit",
    "Parents' evening",
    "Eye test",
    "Contract talk",
    "Fire drill",
    "Photo session",
    "Garage appointment",
    "Press briefing",
    "Data protection training",
    "Flat viewing",
    "Library talk",
    "Expert panel",
    "Notary",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One calendar: its file, the style of its export, what comes back, and the hours in which single events fall."""

    file: str
    style: Style
    routines: tuple[Entry, ...] = ()
    hours: tuple[int, int] = (9, 17)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    singles: bool = True


def clock(text: str) -> int:
    """The minute of the day of H:MM."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def weekly(
    title: str, days: str, at: str, length: int, *, every: int = 1, start: date = LAST_AUTUMN, note: str = ""
) -> Entry:
    """A routine on weekdays, every so many weeks, from the first of them on or after `start`."""
    weekdays = [DAY_CODES.index(code) for code in days.split(",")]
    first = min(start + timedelta(days=(day - start.weekday()) % 7) for day in weekdays)
    interval = f";INTERVAL={every}" if every > 1 else ""
    rule = f"FREQ=WEEKLY{interval};BYDAY={days}"
    return Entry(title=title, day=first, minute=clock(at), length=length, rule=rule, note=note)


def term(title: str, days: str, at: str, length: int, *, start: date, until: date) -> Entry:
    """A weekly routine of a few months, with an end."""
    entry = weekly(title, days, at, length, start=start)
    return replace(entry, rule=f"{entry.rule};UNTIL={until:%Y%m%d}T235959Z")


def monthly(title: str, nth: str, at: str, length: int) -> Entry:
    """A routine on the nth weekday of each month, such as 1WE or -1TH; its first date is in October 2026."""
    number, weekday = int(nth[:-2]), DAY_CODES.index(nth[-2:])
    october = [date(2026, 10, day) for day in range(1, 32) if date(2026, 10, day).weekday() == weekday]
    day = october[number - 1 if number > 0 else number]
    return Entry(title=title, day=day, minute=clock(at), length=length, rule=f"FREQ=MONTHLY;BYDAY={nth}")


def away(title: str, first: date, days: int) -> Entry:
    """Whole days that are taken."""
    return Entry(title=title, day=first, minute=None, length=days)


def birthday(title: str, day: date) -> Entry:
    """A whole day each year that takes no time."""
    return Entry(title=title, day=day, minute=None, length=1, rule="FREQ=YEARLY", free=True)


LIVES = {
    "amara": (
        Life(
            file="amara.ics",
            style=Style.GOOGLE,
            routines=(
                weekly("Morning huddle", EVERY_DAY, "9:30", 15),
                weekly("Product council", "TU", "11:00", 60, note="Bring the blue folder with last month's figures."),
                weekly("Line management", "MO", "14:00", 30),
                weekly("Hiring round", "TH", "15:00", 60, every=2),
                weekly("Choir rehearsal", "WE", "16:30", 60),
                monthly("Town hall", "1WE", "15:00", 60),
                away("Conference in Leeds", date(2027, 5, 25), 2),
                birthday("Birthday of Aunt Efua", date(1961, 3, 16)),
            ),
        ),
    ),
    "chen": (
        Life(
            file="chen.ics",
            style=Style.OUTLOOK,
            routines=(
                weekly("Daily scrum", EVERY_DAY, "9:00", 15),
                weekly("Architecture forum", "WE", "10:00", 60),
                weekly("Roadmap review", "TH", "9:30", 60, every=2),
                weekly("School run", "FR", "8:30", 45),
                away("Offsite in Vermont", date(2027, 5, 10), 5),
                birthday("Birthday of Wei", date(1994, 6, 1)),
            ),
        ),
    ),
    "devika": (
        Life(
            file="devika.ics",
            style=Style.GOOGLE,
            hours=(10, 19),
            routines=(
                weekly("Release check", EVERY_DAY, "10:30", 15),
                weekly("Customer call", "TU,TH", "15:00", 60),
                weekly("Yoga", "WE", "18:00", 60),
                away("Wedding in Mysuru", date(2027, 2, 10), 3),
            ),
        ),
    ),
    "farah": (
        Life(
            file="farah.ics",
            style=Style.GOOGLE,
            days=(6, 0, 1, 2, 3),
            routines=(
                weekly("Operations call", "SU,TU", "10:00", 45),
                weekly("Site visit", "WE", "13:00", 120, every=2),
                monthly("Board preparation", "-1TH", "11:00", 90),
            ),
        ),
    ),
    "giulia": (
        Life(
            file="giulia-work.ics",
            style=Style.GOOGLE,
            routines=(
                weekly("Lab colloquium", "MO", "10:00", 90),
                weekly("Thesis supervision", "WE", "15:00", 60),
                term("Lecture on optics", "TU,TH", "9:00", 120, start=date(2027, 2, 22), until=date(2027, 6, 4)),
                monthly("Faculty council", "2WE", "10:00", 120),
            ),
        ),
        Life(
            file="giulia-family.ics",
            style=Style.APPLE,
            singles=False,
            routines=(
                weekly("Nursery pick-up", EVERY_DAY, "16:30", 45),
                weekly("Swimming lesson", "FR", "15:00", 60),
                away("Seaside", date(2027, 4, 5), 5),
                birthday("Birthday of Nonna", date(1948, 2, 3)),
            ),
        ),
    ),
    "hana": (
        Life(
            file="hana.ics",
            style=Style.GOOGLE,
            routines=(
                weekly("Morning round", EVERY_DAY, "9:30", 15),
                weekly("Quality review", "TU", "14:00", 60),
                weekly("Calligraphy class", "TH", "17:00", 60),
                monthly("Plant tour", "3FR", "13:00", 120),
            ),
        ),
    ),
    "ines": (
        Life(
            file="ines.ics",
            style=Style.OUTLOOK,
            routines=(
                weekly("Planning table", "MO", "9:30", 60),
                weekly("Editorial desk", "TU,TH", "14:00", 45),
                weekly("Capoeira", "WE", "17:00", 60),
            ),
        ),
    ),
    "jack": (
        Life(
            file="jack.ics",
            style=Style.APPLE,
            routines=(
                weekly("Vineyard round", "MO", "9:00", 120),
                weekly("Physiotherapy", "WE", "11:00", 45, every=2),
                weekly("Surf club committee", "FR", "15:30", 60),
                away("Harvest", date(2027, 3, 8), 5),
            ),
        ),
    ),
    "lucia": (
        Life(
            file="lucia.ics",
            style=Style.GOOGLE,
            routines=(
                weekly("Clinic", "MO,WE", "8:00", 150),
                weekly("Ward round", "FR", "9:00", 60),
                monthly("Ethics board", "2TU", "9:00", 90),
            ),
        ),
    ),
    "noor": (
        Life(
            file="noor.ics",
            style=Style.OUTLOOK,
            routines=(
                weekly("Stand-up", EVERY_DAY, "10:00", 15),
                weekly("Jour fixe", "MO", "11:00", 60),
                weekly("Sprint demo", "TH", "14:00", 90, every=2),
                weekly("Architecture hour", "WE", "13:30", 60),
                away("Trade fair in Hanover", date(2027, 4, 19), 3),
                birthday("Birthday of Emre", date(1990, 1, 20)),
            ),
        ),
    ),
    "oliver": (
        Life(
            file="oliver.ics",
            style=Style.OUTLOOK,
            hours=(7, 15),
            routines=(
                weekly("Trail crew briefing", "TU", "10:00", 60),
                weekly("Grant writing", "WE,TH", "9:00", 90),
                away("Backpacking", date(2027, 6, 14), 5),
            ),
        ),
    ),
}
"""Kwame has no calendar: he is known by his hours alone."""


def entries(life: Life) -> list[Entry]:
    """Everything in a calendar: routines with dates left out and moved, then single events; always the same ones."""
    dice = random.Random(f"rondo sample {life.file}")
    routines = [_lived(entry, dice) if "WEEKLY" in entry.rule else entry for entry in life.routines]
    return routines + (_singles(life, dice) if life.singles else [])


def _lived(entry: Entry, dice: random.Random) -> Entry:
    """A routine as it goes: of its dates in the programme one or two fall out, and one is moved by an hour or more."""
    dates = _dates(entry)
    drawn = sorted(dice.sample(dates, min(len(dates), dice.randint(2, 3))))
    moved, *skipped = dice.sample(drawn, len(drawn))
    later = (entry.minute or 0) + 60 * dice.choice((-1, 1, 2))
    return replace(entry, skipped=tuple(sorted(skipped)), moved=((moved, moved, later),))


def _dates(entry: Entry) -> list[date]:
    parts = dict(part.split("=") for part in entry.rule.split(";"))
    weekdays = {DAY_CODES.index(code) for code in parts["BYDAY"].split(",")}
    monday = entry.day - timedelta(days=entry.day.weekday())
    step = int(parts.get("INTERVAL", "1"))
    until = date.fromisoformat(parts["UNTIL"][:8]) if "UNTIL" in parts else date.max
    every = (max(FIRST_MONDAY, entry.day) + timedelta(days=i) for i in range(WEEKS * 7))
    return [on for on in every if on.weekday() in weekdays and (on - monday).days // 7 % step == 0 and on <= until]


def _singles(life: Life, dice: random.Random) -> list[Entry]:
    """Two to four events a week, some of them at odd minutes."""
    found = []
    for week in range(WEEKS):
        for _ in range(dice.randint(2, BUSIEST_WEEK)):
            day = FIRST_MONDAY + timedelta(days=7 * week + dice.choice(life.days))
            start, end = (hour * 60 for hour in life.hours)
            minute = dice.randrange(start, end - 60, QUARTER) + dice.choice((0, 0, 0, 5, 10))
            length = dice.choice((30, 45, 50, 60, 90))
            found.append(Entry(title=dice.choice(SINGLES), day=day, minute=minute, length=length))
    return sorted(found, key=lambda entry: (entry.day, entry.minute or 0))
