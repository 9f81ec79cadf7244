"""A sample programme: 12 people in 12 time zones, two pairs and three circles, for half a year.

It has a bit of everything that makes dates hard: zones of half-hours and without clock changes, both hemispheres, a
weekend on Friday and Saturday, leave, a trip, holidays, limits, and calendars as Google, Outlook and Apple export them.
"""

from datetime import UTC, datetime
from pathlib import Path

from scheduler.core.suggest import quoted
from scheduler.errors import InputError
from scheduler.programme.sample_exports import export
from scheduler.programme.sample_lives import LIVES, entries
from scheduler.programme.table import csv_text

PLANNED_AT = datetime(2027, 1, 4, 8, tzinfo=UTC)
"""The sample's own present: the Monday of the week before it begins."""

COLUMNS = (
    *("id", "name", "email", "timezone", "locale", "country", "hours", "preferred", "days_off"),
    *("max_per_day", "max_per_week", "gap", "notice", "calendar"),
)
PEOPLE = (
    {
        "id": "amara",
        "name": "Amara Nwosu",
        "timezone": "Europe/London",
        "locale": "en-GB",
        "country": "GB-ENG",
        "hours": "Mon-Fri 9-17:30, not 12-13",
        "preferred": "Mon-Fri 10-16",
        "days_off": "2027-02-15..2027-02-19",
        "max_per_day": "2",
        "max_per_week": "3",
        "gap": "10m",
        "notice": "24h",
    },
    {
        "id": "chen",
        "name": "Chen Liang",
        "timezone": "America/New_York",
        "locale": "en-US",
        "country": "US",
        "hours": "9am-5pm",
        "preferred": "9:30-15",
        "gap": "5m",
        "notice": "24h",
    },
    {
        "id": "devika",
        "name": "Devika Rao",
        "timezone": "Asia/Kolkata",
        "locale": "en-IN",
        "country": "IN-KA",
        "hours": "Mon-Fri 10-18:30, 19:30-22, not 13:30-14:15",
        "preferred": "Mon-Fri 10-18",
    },
    {
        "id": "farah",
        "name": "Farah Al-Harbi",
        "timezone": "Asia/Riyadh",
        "locale": "ar-SA",
        "country": "SA",
        "hours": "Sun-Thu 9-18, not 12-13",
        "max_per_day": "1",
    },
    {
        "id": "giulia",
        "name": "Giulia Ferri",
        "timezone": "Europe/Rome",
        "locale": "it-IT",
        "country": "IT",
        "hours": "Mon-Thu 9-18; Fri 9-15",
        "preferred": "Mon-Thu 11-16",
        "gap": "10m",
        "notice": "2d",
    },
    {
        "id": "hana",
        "name": "Hana Mori",
        "timezone": "Asia/Tokyo",
        "locale": "ja-JP",
        "country": "JP",
        "hours": "Mon-Fri 9-18, not 12-13",
    },
    {
        "id": "ines",
        "name": "Ines Duarte",
        "timezone": "America/Sao_Paulo",
        "locale": "pt-BR",
        "country": "BR",
        "hours": "Mon-Fri 9-18",
        "preferred": "Mon-Fri 10-13",
    },
    {
        "id": "jack",
        "name": "Jack Nolan",
        "timezone": "Australia/Adelaide",
        "locale": "en-AU",
        "country": "AU-SA",
        "hours": "Mon-Thu 8:30-19; Fri 8:30-16",
    },
    {
        "id": "kwame",
        "name": "Kwame Boateng",
        "timezone": "Africa/Accra",
        "locale": "en-GH",
        "country": "GH",
        "hours": "Mon-Fri 8-17, not 13-14",
    },
    {
        "id": "lucia",
        "name": "Lucia Prieto",
        "timezone": "America/Bogota",
        "locale": "es-CO",
        "country": "CO",
        "hours": "Mon-Fri 7-17",
        "preferred": "Mon-Fri 9-16",
        "max_per_week": "2",
    },
    {
        "id": "noor",
        "name": "Noor Yildiz",
        "timezone": "Europe/Berlin",
        "locale": "de-DE",
        "country": "DE-BE",
        "hours": "Mo-Fr 8:30-18 Uhr, nicht 12-13",
        "max_per_day": "1",
        "max_per_week": "2",
        "gap": "10m",
    },
    {
        "id": "oliver",
        "name": "Oliver Grant",
        "timezone": "America/Los_Angeles",
        "locale": "en-US",
        "country": "US-CA",
        "hours": "Mon-Fri 7-15:30",
        "preferred": "Mon-Fri 8-12",
    },
)

GROUPS = {
    "pair-amara-chen": {"amara": "required", "chen": "required"},
    "pair-hana-jack": {"hana": "required", "jack": "required"},
    "circle-writers": {"ines": "chair", "kwame": "required", "oliver": "optional"},
    "circle-mentors": {
        "giulia": "chair",
        "noor": "required",
        "amara": "optional",
        "kwame": "optional",
        "farah": "optional",
    },
    "circle-world": {
        "lucia": "chair",
        "devika": "required",
        "noor": "required",
        "ines": "optional",
        "kwame": "optional",
    },
}

SETTINGS = """\
[programme]
name = "Spring 2027"
from = 2027-01-11
until = 2027-07-09
every = "week"
minutes = 45

[video]
provider = "jitsi"

[groups.pair-amara-chen]
title = "Amara and Chen"

[groups.pair-hana-jack]
title = "Hana and Jack"
every = "2 weeks"
minutes = 30

[groups.circle-writers]
title = "Writers' circle"
every = "month"
minutes = 60

[groups.circle-mentors]
title = "Mentors' circle"
every = "2 weeks"
minutes = 60
quorum = 2 # of Amara, Kwame and Farah, beside Giulia and Noor

[groups.circle-world]
title = "Around the world"
every = "2 weeks"
rotation = 2 # by turns early for Lucia in Bogota, and late for Devika in Kolkata
anchor = "America/Bogota"
quorum = 1 # of Ines and Kwame

[people.chen]
overrides = { "2027-03-09" = "12-15", "2027-03-10" = "off" }

[people.ines]
travel = [{ zone = "Lisbon", from = 2027-05-03, to = 2027-05-17 }]
"""


def write_sample(folder: Path) -> None:
    """Write the sample's files into a folder, which is made where it is missing.

    Raises InputError where a programme is there already, or nothing can be written.
    """
    if (folder / "programme.toml").exists():
        raise InputError(f"there is a programme in {quoted(str(folder))} already.", hint="Name a new folder.")
    try:
        (folder / "calendars").mkdir(parents=True, exist_ok=True)
        for name, text in sample_files().items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{quoted(str(folder))} can't be written: {error.strerror}.") from error


def sample_files() -> dict[str, str]:
    """The text of each file by its path below the folder; always the same."""
    people = [[_person(row).get(column, "") for column in COLUMNS] for row in PEOPLE]
    groups = [(group, person, role) for group, roles in GROUPS.items() for person, role in roles.items()]
    tables = {
        "people.csv": csv_text(COLUMNS, people),
        "groups.csv": csv_text(("group", "person", "role"), groups),
        "programme.toml": SETTINGS,
    }
    return tables | _calendars()


def _person(row: dict[str, str]) -> dict[str, str]:
    calendars = " ".join(f"calendars/{life.file}" for life in LIVES.get(row["id"], ()))
    return row | {"email": _address(row["id"]), "calendar": calendars}


def _calendars() -> dict[str, str]:
    zones = {row["id"]: row["timezone"] for row in PEOPLE}
    return {
        f"calendars/{life.file}": export(life.style, _address(person), zones[person], life.file, entries(life))
        for person, lives in LIVES.items()
        for life in lives
    }


def _address(person: str) -> str:
    return f"{person}@example.org"
