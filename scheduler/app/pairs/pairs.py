"""Two people who look for a recurring time without anybody's help: what they begin with.

A pair is a programme of its own with one group; `app.booking` has what they choose, and what comes of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import tomlkit

from scheduler.app.programmes.editing import change, new_programme
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.core.tongue import gettext as _
from scheduler.core.visitor import LinkKind
from scheduler.core.zones import zone_named
from scheduler.errors import InputError
from scheduler.programme import Group, Person
from scheduler.programme.edit import with_person_cells
from scheduler.programme.table import csv_text
from scheduler.store import SqlProgrammes

GROUP, FIRST, SECOND = "pair", "first", "second"
TWICE = timedelta(minutes=10)  # within which a form is taken to be sent twice
SECRET = 20  # signs of what nobody can guess
PEOPLE, GROUPS, TOML = "people.csv", "groups.csv", "programme.toml"
COLUMNS = ("id", "name", "email", "timezone", "locale", "hours", "calendar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two, as they say it themselves; without hours they have not said yet when they can."""

    name: str
    zone: str
    hours: str = ""
    email: str = ""
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A pair that began: the secrets of the links by which its two people come in."""

    programme: str
    mine: str
    theirs: str


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
        (FIRST, me.name, me.email, zone, me.locale, me.hours, ""),
        (
            SECOND,
            other.name,
            other.email,
            zone_named(other.zone) if other.zone else zone,
            other.locale,
            other.hours,
            "",
        ),
    ]
    names = f"{me.name} & {other.name}"
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
    cells = {"name": side.name, "timezone": zone_named(side.zone), "locale": side.locale, "hours": side.hours}

    def edit(files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {**files, PEOPLE: with_person_cells(files[PEOPLE], person, cells)}

    change(site.service, programme, edit)


def group_of(app: App, group: str) -> Group:
    """A group by its id. Raises InputError."""
    found = next((each for each in app.programme.groups if each.id == group), None)
    if found is None:
        raise InputError(f"there is no group {group!r}.")
    return found
