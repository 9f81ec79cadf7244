"""Writing into a programme folder on somebody's behalf: a new group, added at the end of its files."""

import csv
import io
import shutil
from pathlib import Path

from scheduler.errors import InputError
from scheduler.programme.folder import load
from scheduler.programme.table import csv_safe, delimiter_of
from scheduler.programme.text import identifier
from scheduler.programme.values import Programme

GROUPS, TOML = "groups.csv", "programme.toml"


def add_group(
    folder: Path, group: str, people: list[str], *, minutes: int, every: int, sessions: int, anchor: str
) -> Programme:
    """Add a group of required people with one slot of its own cadence, and read the folder again.

    What stands in the files stays to the letter. Raises InputError, with the files as they were, where the folder
    can't be read with the group in it.
    """
    identifier(group)
    load(folder)
    before = {name: (folder / name).read_bytes() for name in (GROUPS, TOML)}
    rows = _rows(before[GROUPS].decode("utf-8-sig"), group, people)
    try:
        _write(folder / GROUPS, _with(before[GROUPS], rows))
        _write(folder / TOML, _with(before[TOML], _table(group, minutes, every, sessions, anchor)))
        return load(folder)
    except InputError:
        for name, content in before.items():
            _write(folder / name, content)
        raise


def _rows(text: str, group: str, people: list[str]) -> str:
    """The rows of a group in the order of the file's own columns."""
    first = text.partition("\n")[0].rstrip("\r")
    delimiter = delimiter_of(first)
    header = [name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter))]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for person in people:
        cells = {"group": group, "person": person, "role": "required"}
        writer.writerow([csv_safe(cells.get(name, "")) for name in header])
    return out.getvalue()


def _table(group: str, minutes: int, every: int, sessions: int, anchor: str) -> str:
    """The group's own table of programme.toml; its values need no quoting: numbers, and names that were checked."""
    cadence = "week" if every == 1 else f"{every} weeks"
    return (
        f'\n[groups."{group}"]\nevery = "{cadence}"\nminutes = {minutes}\nsessions = {sessions}\n'
        f'anchor = "{anchor}"\nrotation = 1\nmovable = true\n'
    )


def _with(content: bytes, text: str) -> bytes:
    """Text added at the end, on a line of its own."""
    ending = b"" if content.endswith(b"\n") else b"\n"
    return content + ending + text.encode()


def _write(path: Path, content: bytes) -> None:
    """In the place of what stood there, whole or not at all. Raises InputError."""
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_bytes(content)
        shutil.copymode(path, aside)
        aside.replace(path.resolve())
    except OSError as fault:
        raise InputError(f"can't be written: {fault.strerror}.", where=path.name) from None
