"""What holds for a programme as a whole, as a form has it: read from programme.toml, and written back there."""

import io
import shutil
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scheduler.app.programmes.editing import change
from scheduler.app.service.importing import hand_out
from scheduler.app.service.service import Service
from scheduler.core.freebusy import CalendarCopy
from scheduler.core.repairs import RepairRules
from scheduler.errors import InputError
from scheduler.programme import ProgrammeErrors
from scheduler.programme.edit import with_values
from scheduler.programme.values import VideoProvider
from scheduler.store import SqlProgrammes, SqlStamps

TOML = "programme.toml"
Keys = tuple[str, ...]
FIELDS: Mapping[str, Keys] = {
    "name": ("programme", "name"),
    "from": ("programme", "from"),
    "until": ("programme", "until"),
    "every": ("programme", "every"),
    "minutes": ("programme", "minutes"),
    "anchor": ("programme", "anchor"),
    "slack": ("programme", "slack"),
    "moves": ("moves", "allowed"),
    "mode": ("repair", "mode"),
    "most_a_month": ("repair", "most_a_month"),
    "holidays": ("holidays", "off"),
    "provider": ("video", "provider"),
    "url": ("video", "url"),
}
"""Each field of the form, and where it stands in the file."""
DEFAULTS: Mapping[str, str] = {
    "every": "week",
    "minutes": "45",
    "slack": "1",
    "moves": "yes",
    "mode": str(RepairRules().mode),
    "most_a_month": str(RepairRules().most_a_month),
    "holidays": "yes",
    "provider": str(VideoProvider.NONE),
}


@dataclass(frozen=True)
class Wrong(Exception):
    """What is wrong in a form, by field; "" for what is wrong with the whole."""

    fields: Mapping[str, str]


def said(service: Service, programme: str) -> dict[str, str]:
    """Every field as the file has it, else as it is where the file says nothing."""
    values = tomllib.loads(SqlProgrammes(service.database).files(programme)[TOML].decode("utf-8-sig"))
    found = {field: _text(field, values.get(keys[0], {}).get(keys[1])) for field, keys in FIELDS.items()}
    return {field: text or DEFAULTS.get(field, "") for field, text in found.items()}


def keep(service: Service, programme: str, fields: Mapping[str, str]) -> None:
    """Write the fields into the file. Raises Wrong, ChangedElsewhere, Unavailable."""
    wrong: dict[str, str] = {}
    values: dict[Keys, Any] = {}
    for field, keys in FIELDS.items():
        try:
            values[keys] = _value(field, fields.get(field, ""))
        except ValueError as fault:
            wrong[field] = str(fault)
    if wrong:
        raise Wrong(wrong)
    try:
        change(service, programme, partial(_with, values))
    except ProgrammeErrors as several:
        raise Wrong(_by_field(several)) from None
    except InputError as fault:
        raise Wrong({"": str(fault)}) from None


def readings(service: Service, programme: str) -> Sequence[CalendarCopy]:
    """How the last reading of every calendar went, without what was read."""
    return SqlStamps(service.database, programme).readings()


def archive(service: Service, programme: str) -> bytes:
    """All files of a programme as a ZIP; without calendars, which say what appointments are about."""
    home = service.app(programme).home
    with TemporaryDirectory(prefix="rondo-") as folder:
        target = Path(folder) / programme
        hand_out(home, target, calendars=False)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(target.rglob("*")):
                if path.is_file():
                    packed.write(path, path.relative_to(target.parent))
    return out.getvalue()


def delete(service: Service, programme: str) -> None:
    """Forget a programme, and all that is known of it; what was written to people's calendars stays there.

    Raises Unavailable, also while somebody applies there.
    """
    app = service.app(programme)
    with app.writing():
        SqlProgrammes(service.database).remove(programme)
    shutil.rmtree(app.folder, ignore_errors=True)
    service.forget(programme)


def _with(values: Mapping[Keys, Any], files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {**files, TOML: with_values(files[TOML], values)}


def _text(field: str, value: object) -> str:
    if value is None:
        return ""
    if field == "moves":
        return "yes" if value else "no"
    if field == "holidays":
        return "no" if value else "yes"
    return str(value)


def _value(field: str, text: str) -> object:
    """What stands in the file for what stands in a field; None: nothing. Raises ValueError with words for people."""
    if field == "moves":
        return text == "yes"
    if field == "holidays":
        return text != "yes"
    if not text:
        return None
    if field in ("from", "until"):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError("Write it like 2027-03-01.") from None
    if field in ("minutes", "slack", "most_a_month"):
        if not text.isdecimal() or len(text) > 4:
            raise ValueError("Write a whole number.")
        return int(text)
    return text


def _by_field(several: ProgrammeErrors) -> dict[str, str]:
    """Complaints about the file at the fields of the form, where they name one of its keys."""
    found: dict[str, str] = {}
    for error in several.errors:
        words = f"{error.message} {error.hint}".strip()
        field = next((name for name, keys in FIELDS.items() if keys[1] in words.replace('"', " ").split()), "")
        found.setdefault(field, words)
    return found
