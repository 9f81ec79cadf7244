"""A person's limits as they are written in people.csv: for whoever reads and changes them by program."""

from collections.abc import Mapping

from scheduler.app.programmes.editing import Edit
from scheduler.app.service.service import Service
from scheduler.errors import InputError
from scheduler.programme.edit import with_person_cells
from scheduler.programme.table_edit import read_sheet
from scheduler.store import SqlProgrammes

PEOPLE = "people.csv"
LIMITS = ("timezone", "hours", "preferred", "days_off", "max_per_day", "max_per_week", "gap", "notice")
"""Columns that say when somebody can be met."""


def limit_cells(service: Service, programme: str, person: str) -> dict[str, str]:
    """Somebody's cells of LIMITS, empty where there is no such column. Raises InputError, Unavailable."""
    sheet = read_sheet(SqlProgrammes(service.database).files(programme)[PEOPLE], PEOPLE)
    for _, row in sheet.records:
        if sheet.cell(row, "id") == person:
            return {name: sheet.cell(row, name) for name in LIMITS}
    raise InputError("there is no such person.", where=PEOPLE)


def with_limits(person: str, cells: Mapping[str, str]) -> Edit:
    """Other cells for somebody, for `editing.change`."""

    def edit(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        return {**files, PEOPLE: with_person_cells(files[PEOPLE], person, cells)}

    return edit
