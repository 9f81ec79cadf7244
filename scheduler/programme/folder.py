"""A programme folder: people.csv, groups.csv and programme.toml together as one value."""

from collections.abc import Collection
from functools import partial
from pathlib import Path

from scheduler.core.suggest import did_you_mean, quoted
from scheduler.errors import InputError
from scheduler.programme.assemble import completed, group_of
from scheduler.programme.complaints import Complaints, ProgrammeErrors
from scheduler.programme.groups import FEWEST, read_groups
from scheduler.programme.overlay import Overlay
from scheduler.programme.people import read_people
from scheduler.programme.settings import read_settings
from scheduler.programme.toml import Places
from scheduler.programme.values import Programme

NOTHING = Overlay()


def load(folder: Path, overlay: Overlay = NOTHING) -> Programme:
    """The programme of a folder, with the cells of an overlay in place of those that its files have.

    Raises ProgrammeErrors with everything that is wrong in them, one line each.
    """
    complaints = Complaints()
    read = complaints.tried(lambda: read_settings(folder / "programme.toml", overlay))
    people = read_people(folder / "people.csv", complaints, overlay)
    memberships = read_groups(folder / "groups.csv", people, complaints, overlay)
    if read is None:
        raise ProgrammeErrors(complaints.errors)
    settings, places = read
    _check_tables("people", settings.people, people, places, complaints)
    _check_tables("groups", settings.groups, memberships, places, complaints)
    groups = [
        complaints.tried(partial(group_of, id_, members, people, settings, places))
        for id_, members in memberships.items()
        if len(members.people) >= FEWEST  # smaller ones were complained of
    ]
    complaints.end()
    rules = settings.programme
    return Programme(
        name=rules.name,
        first=rules.first,
        until=rules.until,
        horizon=rules.horizon,
        grid=rules.grid,
        slack=rules.slack,
        video=settings.video.video(),
        people=tuple(completed(person, settings) for person in people.values()),
        groups=tuple(group for group in groups if group),
        repair=settings.repairs(),
    )


def _check_tables(
    table: str, named: Collection[str], known: Collection[str], places: Places, complaints: Complaints
) -> None:
    """A table `[groups.ID]` or `[people.ID]` speaks of somebody in the CSV file of that name."""
    for name in named if known else ():
        if name not in known:
            message = f"{quoted(name)} is not in {table}.csv."
            complaints.add(InputError(message, where=places.of(table, name), hint=did_you_mean(name, known)))
