"""Settings: what holds for the programme as a whole, its connections, its data, and its end."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.programmes import general
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext
from scheduler.programme.values import VideoProvider
from scheduler.web.guards import Coordinator
from scheduler.web.visit import Desk

MOST_SHOWN = 50
router = APIRouter(prefix="/p/{programme}/settings")


@router.get("", name="settings")
def settings(visit: Coordinator) -> Response:
    """Everything that can be set, as it is."""
    return _page(visit, general.said(visit.site.service, visit.programme), {})


@router.post("", name="keep-settings")
def keep(visit: Coordinator) -> Response:
    """Keep it, if all of it can be read."""
    said = {field: visit.said(field) for field in general.FIELDS}
    try:
        general.keep(visit.site.service, visit.programme, said)
    except general.Wrong as wrong:
        return _page(visit, said, dict(wrong.fields), status=422)
    return visit.go("settings", programme=visit.programme)


@router.post("/test", name="test-connections")
def test(visit: Coordinator) -> Response:
    """Read somebody's calendars now, and show how that went."""
    person = visit.said("person")
    visit.app.person(person)
    visit.app.refresh_of({person})
    return visit.go("settings", programme=visit.programme)


@router.get("/export", name="export")
def export(visit: Coordinator) -> Response:
    """All that the programme is, as files."""
    name = f'attachment; filename="{visit.programme}.zip"'
    content = general.archive(visit.site.service, visit.programme)
    return Response(content, media_type="application/zip", headers={"Content-Disposition": name})


@router.post("/delete", name="delete-programme")
def delete(visit: Coordinator) -> Response:
    """Forget it, where its name was typed."""
    if visit.said("typed") != visit.app.programme.name:
        said = general.said(visit.site.service, visit.programme)
        return _page(visit, said, {"typed": _("Type the name of the programme, to the letter.")}, status=422)
    general.delete(visit.site.service, visit.programme)
    return visit.go("front")


def _page(visit: Desk, said: dict[str, str], wrong: dict[str, str], status: int = 200) -> Response:
    connections = _connections(visit)
    return visit.page(
        "settings.html",
        status=status,
        said=said,
        wrong=wrong,
        choices=_choices(said),
        connections=connections[:MOST_SHOWN],
        public_url=visit.site.public_url,
        more=max(len(connections) - MOST_SHOWN, 0),
    )


def _choices(said: dict[str, str]) -> dict[str, dict[str, str]]:
    """What can be chosen, by field, with its words; what the file says by hand can be, too."""
    video = {
        VideoProvider.NONE: _("no link"),
        VideoProvider.JITSI: _("Jitsi: a room for each group"),
        VideoProvider.URL: _("one address of your own"),
        VideoProvider.MEET: _("Google Meet"),
        VideoProvider.TEAMS: _("Microsoft Teams"),
        VideoProvider.ZOOM: _("Zoom"),
    }
    every = {
        "week": _("every week"),
        "2 weeks": _("every two weeks"),
        "4 weeks": _("every four weeks"),
        "month": _("every month"),
    }
    return {
        "every": {said["every"]: said["every"], **every},
        "moves": {"yes": _("may be at another time of its week"), "no": _("never is at another time")},
        "mode": {"auto": _("moves it, says so, and you can undo"), "suggest": _("asks you first")},
        "holidays": {"yes": _("are days off, by each person's country"), "no": _("are days like others")},
        "provider": {str(key): words for key, words in video.items()},
    }


def _connections(visit: Desk) -> list[dict[str, Any]]:
    """How the last reading of each person's calendars went, those with trouble first; nobody's addresses."""
    rows: dict[str, dict[str, Any]] = {}
    for copy in general.readings(visit.site.service, visit.programme):
        row = rows.setdefault(copy.person, {"count": 0, "read_at": None, "error": ""})
        row["count"] += 1
        row["error"] = copy.error or row["error"]
        row["read_at"] = _earlier(row["read_at"], copy.read_at)
    names = visit.app.names
    found = [
        {"person": who, "name": names.get(who, who), "words": _calendars(row["count"]), **row}
        for who, row in rows.items()
    ]
    return sorted(found, key=lambda row: (not row["error"], row["name"]))


def _calendars(count: int) -> str:
    return ngettext("%(count)d calendar", "%(count)d calendars", count) % {"count": count}


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other
