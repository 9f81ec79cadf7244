"""Who and which groups are meant in tables as they were brought: people without an id get one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from scheduler.programme.people import OPTIONAL, REQUIRED
from scheduler.programme.sheets import FIRST_NAME, LAST_NAME, Brought, slug
from scheduler.programme.text import ID

OURS = {*REQUIRED, *OPTIONAL} - {"id"}
Cells: TypeAlias = Mapping[str, str]
Place: TypeAlias = tuple[int, int]
"""The number of a table, and of a row in it."""


def ids_of(tables: Sequence[Brought], known: Mapping[str, Cells], by_mail: Mapping[str, str]) -> dict[Place, str]:
    """The id of the person of each row of the tables that have people: as it says, or that of the same address."""
    found: dict[Place, str] = {}
    made: dict[str, str] = {}
    taken = set(known)
    for number, table in enumerate(tables):
        for row in range(len(table.rows)) if table.has_people else ():
            said, mail = table.cell(row, "id"), table.cell(row, "email").casefold()
            whose = mail or name_of(table, row).casefold() or f"{number}/{row}"
            id_ = said or by_mail.get(mail, "") or made.get(whose, "")
            if not id_:
                id_ = slug(mail or name_of(table, row), taken)
                made[whose] = id_
                taken.add(id_)
            found[number, row] = id_
    return found


def people_of(tables: Sequence[Brought]) -> Iterator[tuple[Place, dict[str, str]]]:
    """What each row says of a person, empty cells left out."""
    for number, table in enumerate(tables):
        for row in range(len(table.rows)) if table.has_people else ():
            cells = {column: table.cell(row, column) for column in table.columns if column in OURS}
            cells["name"] = name_of(table, row)
            yield (number, row), {column: text for column, text in cells.items() if text}


def name_of(table: Brought, row: int) -> str:
    """What somebody is called, from one column or two."""
    parts = (table.cell(row, FIRST_NAME), table.cell(row, LAST_NAME))
    return table.cell(row, "name") or " ".join(part for part in parts if part)


def names_of(ids: Mapping[Place, str], tables: Sequence[Brought], known: Mapping[str, Cells]) -> dict[str, str]:
    """Ids by whatever else names somebody in a table of groups: the id itself, the address, the name."""
    found: dict[str, str] = {}
    for id_, cells in known.items():
        found |= {text.casefold(): id_ for text in (cells.get("name", ""), cells.get("email", ""), id_) if text}
    for (number, row), id_ in ids.items():
        texts = (name_of(tables[number], row), tables[number].cell(row, "email"), id_)
        found |= {text.casefold(): id_ for text in texts if text}
    return found


def groups_of(
    tables: Sequence[Brought], ids: Mapping[Place, str], names: Mapping[str, str]
) -> tuple[dict[str, tuple[tuple[str, str], ...]], dict[str, str]]:
    """Person and role of each group by its id, and titles of those whose name is no id."""
    found: dict[str, list[tuple[str, str]]] = {}
    titles: dict[str, str] = {}
    for number, table in enumerate(tables):
        for row in range(len(table.rows)) if table.has_groups else ():
            said = table.cell(row, "group")
            if said:
                id_ = group_id(said)
                titles |= {id_: said} if id_ != said else {}
                found.setdefault(id_, []).append((member_of(table, number, row, ids, names), table.cell(row, "role")))
    return {group: tuple(rows) for group, rows in found.items()}, titles


def member_of(table: Brought, number: int, row: int, ids: Mapping[Place, str], names: Mapping[str, str]) -> str:
    """Who is meant in a row of a group; as it stands there, where that is nobody."""
    if (number, row) in ids:
        return ids[number, row]
    said = table.cell(row, "person")
    return names.get(said.casefold(), said)


def group_id(text: str) -> str:
    """The id of a group by its name: `Circle A` gives `circle-a`."""
    return text if ID.fullmatch(text) else slug(text)
