"""Importing people and groups: every row is looked at first, and nothing is saved until somebody says so."""

from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.datastructures import UploadFile
from starlette.responses import Response

from scheduler.app.programmes.uploads import Preview, Uploads, mend, mend_all
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext
from scheduler.errors import InputError
from scheduler.programme import ProgrammeErrors
from scheduler.programme.sheets import GROUP_COLUMNS, PEOPLE_COLUMNS, Brought, brought, guessed
from scheduler.programme.table import MOST_BYTES
from scheduler.web.guards import Coordinator
from scheduler.web.pages.planning import who
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}/import")
MOST_SHOWN = 50
SAMPLE = """name,email,timezone,hours,group
Amara Okafor,amara@example.org,Europe/London,Mon-Fri 9-17,Pair 1
Chen Wei,chen@example.org,America/New_York,"Mon-Fri 9-17, not 12-13",Pair 1
"""


@router.get("", name="importing")
def importing(visit: Coordinator) -> Response:
    """Where a file is chosen, or a table pasted."""
    return visit.page("importing.html", text="", wrong=None, sample=SAMPLE)


@router.get("/sample.csv", name="import-sample")
def sample(visit: Coordinator) -> Response:
    """A table to begin with."""
    return _file("people.csv", SAMPLE)


@router.post("", name="bring")
def bring(visit: Coordinator) -> Response:
    """Take tables to be looked at."""
    text = visit.said("text")
    try:
        tables = [brought(_content(each), each.filename or "table.csv") for each in _files(visit)]
        if text:
            tables.append(brought(text.encode(), _("pasted")))
        if not tables:
            raise InputError(_("nothing was chosen."), hint=_("Choose a file, or paste a table."))
    except InputError as wrong:
        return visit.page("importing.html", status=422, text=text, wrong=wrong, sample=SAMPLE)
    id_ = _uploads(visit).add(visit.programme, tables, who(visit))
    return visit.go("import-preview", programme=visit.programme, upload=id_)


@router.get("/{upload}", name="import-preview")
def preview(visit: Coordinator, upload: str) -> Response:
    """What saving would do, and what can't be read."""
    uploads = _uploads(visit)
    found = uploads.preview(visit.programme, _tables(visit, upload))
    return visit.page("import_preview.html", **_shown(found, upload))


@router.post("/{upload}/columns", name="import-columns")
def columns(visit: Coordinator, upload: str) -> Response:
    """Say which column is which."""
    tables = list(_tables(visit, upload))
    for number, table in enumerate(tables):
        said = tuple(visit.said(f"column-{number}-{place}") for place in range(len(table.header)))
        known = {*PEOPLE_COLUMNS, *GROUP_COLUMNS, ""}
        if all(each in known for each in said):
            once = tuple(each if each and each not in said[:place] else "" for place, each in enumerate(said))
            tables[number] = Brought(name=table.name, header=table.header, rows=table.rows, columns=once)
    return _kept(visit, upload, tables)


@router.post("/{upload}/cell", name="import-cell")
def cell(visit: Coordinator, upload: str) -> Response:
    """Put something else into a cell."""
    said = [visit.said(name) for name in ("table", "row")]
    if not all(each.isdecimal() and len(each) < 8 for each in said):
        raise HTTPException(422, _("This form is not whole. Load the page again."))
    table, row = map(int, said)
    tables = mend(_tables(visit, upload), table, row, visit.said("column"), visit.said("value"))
    return _kept(visit, upload, tables)


@router.post("/{upload}/all", name="import-all")
def all_(visit: Coordinator, upload: str) -> Response:
    """Put everything that may be meant in its place."""
    uploads = _uploads(visit)
    found = uploads.preview(visit.programme, _tables(visit, upload))
    return _kept(visit, upload, mend_all(found))


@router.get("/{upload}/{number}.csv", name="import-corrected")
def corrected(visit: Coordinator, upload: str, number: int) -> Response:
    """A table as it is corrected by now."""
    tables = _tables(visit, upload)
    if not 0 <= number < len(tables):
        raise HTTPException(404)
    return _file(f"corrected-{number + 1}.csv", tables[number].csv())


@router.post("/{upload}/save", name="import-save")
def save(visit: Coordinator, upload: str) -> Response:
    """Take it into the programme."""
    uploads = _uploads(visit)
    _tables(visit, upload)
    try:
        uploads.save(visit.programme, upload)
    except ProgrammeErrors as several:
        found = uploads.preview(visit.programme, _tables(visit, upload))
        general = [f"{each.message} {each.hint}".strip() for each in several.errors]
        return visit.page("import_preview.html", status=422, **_shown(found, upload) | {"general": general})
    except InputError:
        return visit.go("import-preview", programme=visit.programme, upload=upload)
    return visit.go("planning", programme=visit.programme)


def _shown(found: Preview, upload: str) -> dict[str, Any]:
    return {
        "found": found,
        "upload": upload,
        "general": found.general,
        "headline": in_words(found),
        "faults": found.faults[:MOST_SHOWN],
        "more": max(len(found.faults) - MOST_SHOWN, 0),
        "meant": sum(bool(fault.meant) for fault in found.faults),
        "choices": (*PEOPLE_COLUMNS, *GROUP_COLUMNS),
        "column_words": column_words(),
        "guessed": [guessed(table.header) for table in found.tables],
    }


def in_words(found: Preview) -> str:
    """`178 new, 2 changed, 3 errors`."""
    errors = len(found.faults)
    parts = [_("%(count)d new") % {"count": found.new}, _("%(count)d changed") % {"count": found.changed}]
    if found.same:
        parts.append(_("%(count)d the same") % {"count": found.same})
    parts.append(ngettext("%(count)d error", "%(count)d errors", errors) % {"count": errors})
    return ", ".join(parts)


def column_words() -> dict[str, str]:
    """What our columns are called on pages."""
    return {
        "id": _("id"),
        "name": _("name"),
        "first_name": _("first name"),
        "last_name": _("last name"),
        "email": _("mail address"),
        "timezone": _("time zone"),
        "locale": _("language"),
        "country": _("country (its holidays)"),
        "hours": _("working hours"),
        "preferred": _("preferred hours"),
        "days_off": _("days off"),
        "max_per_day": _("most meetings a day"),
        "max_per_week": _("most meetings a week"),
        "gap": _("gap between meetings"),
        "notice": _("notice"),
        "calendar": _("calendar address"),
        "group": _("group"),
        "person": _("person of the group"),
        "role": _("role in the group"),
    }


def _uploads(visit: Desk) -> Uploads:
    return Uploads(visit.site.service)


def _tables(visit: Desk, upload: str) -> tuple[Brought, ...]:
    """Those of an upload. Raises HTTPException where there is none any more."""
    try:
        return _uploads(visit).tables(visit.programme, upload)
    except InputError:
        raise HTTPException(404) from None


def _kept(visit: Desk, upload: str, tables: Any) -> Response:
    _uploads(visit).keep(visit.programme, upload, tables, who(visit))
    return visit.go("import-preview", programme=visit.programme, upload=upload)


def _files(visit: Desk) -> list[UploadFile]:
    """Those that were chosen; a browser sends an empty one where none was."""
    found = [each for each in visit.form.getlist("files") if isinstance(each, UploadFile)]
    return [each for each in found if each.filename]


def _content(file: UploadFile) -> bytes:
    """At most one byte more than is read of any."""
    return file.file.read(MOST_BYTES + 1)


def _file(name: str, text: str) -> Response:
    return Response(
        text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
