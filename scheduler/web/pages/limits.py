"""Somebody's own limits: in words and as a painted week, which are kept in step, and what they leave in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias

from fastapi import APIRouter
from starlette.responses import JSONResponse, RedirectResponse, Response

from scheduler.app.people.in_common import Shared, outside, partners, shared, together
from scheduler.app.people.limits import READERS, Dates, Limits, Understood, keep, limits_of, understood
from scheduler.core.hours import format_hours, parse_hours
from scheduler.core.hours_painted import Level, painted, parse_painted, repainted, without
from scheduler.core.people import WeekHours
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext, tongue
from scheduler.core.words import listed
from scheduler.core.zones import all_zones
from scheduler.errors import InputError
from scheduler.programme import Person
from scheduler.programme.people import ALWAYS
from scheduler.web import frame
from scheduler.web.guards import Participant
from scheduler.web.pictures.week import week_of
from scheduler.web.visit import Desk

FEW = 3
LUNCH, QUIET = ("12:00", "13:00"), ("20:00", "08:00")
DAY = 24 * 60
Rows: TypeAlias = tuple[Dates, ...]
router = APIRouter(prefix="/p/{programme}/me/{person}/limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What is shared with a group, as a sentence."""

    minutes: int | None
    words: str


@router.get("", name="limits")
def limits(visit: Participant) -> Response:
    """The limits as they stand."""
    person = visit.app.person(visit.person)
    saved = _meaning(visit, person) if visit.said("saved") else ""
    return _page(visit, limits_of(visit.app, person), saved=saved)


@router.post("", name="limits-save")
def save(visit: Participant) -> Response:
    """Keep them; or change the form, and keep nothing yet."""
    said, act = _said(visit), visit.said("act")
    if act not in ("", "save"):
        return _changed(visit, said, act)
    meant = understood(said, visit.app.person(visit.person))
    wrong = meant.wrong
    if not wrong:
        try:
            keep(visit.site.service, visit.programme, visit.person, said, meant)
        except InputError as error:
            wrong = {"": error}
    if wrong:
        return _page(visit, said, wrong=wrong, status=422)
    return RedirectResponse(f"{visit.path('limits', programme=visit.programme, person=visit.person)}?saved=1", 303)


@router.post("/week", name="limits-week")
def week(visit: Participant) -> Response:
    """Words for what was painted, or the painted week for words; nothing is kept."""
    said = _said(visit)
    meant = understood(said, visit.app.person(visit.person))
    faults = {name: meant.wrong[name] for name in ("hours", "preferred", "timezone") if name in meant.wrong}
    values = {"common": _common(visit, meant)}
    return JSONResponse(
        {
            "wrong": list(faults),
            "hint": " ".join(f"{fault.message} {fault.hint}" for fault in faults.values()),
            "hours": said.cells["hours"],
            "preferred": said.cells["preferred"],
            "grid": str(painted(meant.boundary.hours, meant.boundary.preferred)),
            "shared": frame.ENVIRONMENT.get_template("part/shared.html").render(values),
        }
    )


def _page(
    visit: Desk,
    said: Limits,
    *,
    wrong: Mapping[str, InputError] | None = None,
    status: int = 200,
    saved: str = "",
    unsaved: bool = False,
) -> Response:
    person, errors = visit.app.person(visit.person), wrong or {}
    meant = understood(said, person)
    asked = replace(person, boundary=meant.boundary, has_hours=meant.has_hours)
    picture = week_of(painted(meant.boundary.hours, meant.boundary.preferred), together(visit.app, asked))
    order = [*READERS, *(name for name in errors if name not in READERS)]
    return visit.page(
        "limits.html",
        status=status,
        cells=said.cells,
        travel=said.travel or (Dates(),),
        days_off=said.days_off or (Dates(),),
        errors=errors,
        first=next((name for name in order if name in errors), ""),
        saved=saved,
        unsaved=unsaved,
        picture=picture,
        names=[_("no"), _("if needed"), _("good")],
        brushes=[(int(Level.GOOD), _("good")), (int(Level.IF_NEEDED), _("if needed")), (int(Level.NO), _("no"))],
        partner=_partner(visit, person),
        common=_common(visit, meant),
        cuts={"lunch": _cut(visit, "lunch", LUNCH), "quiet": _cut(visit, "quiet", QUIET), "day": visit.said("no_day")},
        weekdays=_weekdays(),
        zones=sorted(all_zones()),
        countries=_countries(),
    )


def _said(visit: Desk) -> Limits:
    """What the form says; what was painted last, and is not in words yet, is put into words."""
    cells = {name: visit.said(name) for name in READERS}
    days_off = zip_longest(*(_list(visit, name) for name in ("off_first", "off_last")), fillvalue="")
    travel = zip_longest(*(_list(visit, name) for name in ("travel_first", "travel_last", "travel_zone")), fillvalue="")
    said = Limits(
        cells=cells,
        days_off=tuple(Dates(first=first, last=last) for first, last in days_off),
        travel=tuple(Dates(first=first, last=last, zone=zone) for first, last, zone in travel),
    )
    if not visit.said("grid") or visit.said("what") == "text":
        return said
    hours, preferred = repainted(*_hours(cells), parse_painted(visit.said("grid")))
    return _with_hours(said, hours, preferred)


def _list(visit: Desk, name: str) -> list[str]:
    return [each.strip() for each in visit.form.getlist(name) if isinstance(each, str)]


def _hours(cells: Mapping[str, str]) -> tuple[WeekHours, WeekHours]:
    """The hours of the form as far as they can be read; what is painted takes the place of what can't."""
    try:
        hours = parse_hours(cells["hours"]) if cells["hours"] else ALWAYS
        return hours, parse_hours(cells["preferred"]) if cells["preferred"] else {}
    except InputError:
        return {}, {}


def _with_hours(said: Limits, hours: WeekHours, preferred: WeekHours) -> Limits:
    words = {"hours": format_hours(hours), "preferred": format_hours(preferred) if preferred else ""}
    return replace(said, cells={**said.cells, **words})


def _changed(visit: Desk, said: Limits, act: str) -> Response:
    """The form with a row more or less, or with hours kept free; it is not saved."""
    verb, _sign, what = act.partition("-")
    if verb == "more":
        return _page(visit, _with_rows(said, what, lambda rows: (*rows, Dates())), unsaved=True)
    if verb == "drop":
        kind, _sign, number = what.partition("-")
        left = _with_rows(said, kind, lambda rows: tuple(row for at, row in enumerate(rows) if str(at) != number))
        return _page(visit, left, unsaved=True)
    try:
        hours, preferred = _hours_read(said)
        days, first, last = _to_keep_free(visit, act)
        cut = (without(each, days, first, last) for each in (hours, preferred))
        return _page(visit, _with_hours(said, *cut), unsaved=True)
    except InputError as error:
        return _page(visit, said, wrong={"cut": error}, status=422)


def _with_rows(said: Limits, kind: str, change: Callable[[Rows], Rows]) -> Limits:
    if kind == "off":
        return replace(said, days_off=change(said.days_off))
    return replace(said, travel=change(said.travel))


def _hours_read(said: Limits) -> tuple[WeekHours, WeekHours]:
    hours, preferred = said.cells["hours"], said.cells["preferred"]
    return parse_hours(hours or "always"), parse_hours(preferred) if preferred else {}


def _to_keep_free(visit: Desk, act: str) -> tuple[Sequence[int], int, int]:
    """Days and minutes that are to be kept free. Raises InputError."""
    if act == "day":
        number = visit.said("no_day")
        if number not in set("0123456"):
            raise InputError(_("Choose a day."))
        return [int(number)], 0, DAY
    if act not in ("lunch", "quiet"):
        raise InputError(_("This page has no such button."), hint=_("Load it again."))
    return range(7), _minute(visit.said(f"{act}_first")), _minute(visit.said(f"{act}_last"))


def _minute(text: str) -> int:
    """Of a field of a time, HH:MM. Raises InputError."""
    hours, colon, minutes = text.partition(":")
    if not colon or not (hours + minutes).isascii() or not (hours + minutes).isdecimal():
        raise InputError(_("Give both times."))
    found = int(hours[:2]) * 60 + int(minutes[:2])
    if found >= DAY:
        raise InputError(_("Give both times."))
    return found


def _cut(visit: Desk, name: str, usual: tuple[str, str]) -> tuple[str, str]:
    return visit.said(f"{name}_first") or usual[0], visit.said(f"{name}_last") or usual[1]


def _common(visit: Desk, meant: Understood) -> list[Common]:
    person = replace(visit.app.person(visit.person), boundary=meant.boundary, has_hours=meant.has_hours)
    return [Common(minutes=each.minutes, words=_sentence(each)) for each in shared(visit.app, person)[:FEW]]


def _sentence(each: Shared) -> str:
    others = each.others if len(each.others) <= FEW else (_("%(count)s others") % {"count": len(each.others)},)
    if each.minutes is None:
        people = {"people": listed((_("you"), *others))}
        return _("What %(people)s share can't be told now: somebody's calendar can't be read.") % people
    told = {"people": listed((_("You"), *others)), "time": _length(each.minutes)}
    if not each.minutes:
        return _("%(people)s share no time that is long enough. More hours would help, even if needed.") % told
    return _("%(people)s share %(time)s a week.") % told


def _length(minutes: int) -> str:
    """`7 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    told = {"hours": hours, "minutes": rest}
    if not hours:
        return _("%(minutes)s min") % told
    return (_("%(hours)s h %(minutes)s min") if rest else _("%(hours)s h")) % told


def _meaning(visit: Desk, person: Person) -> str:
    """What saved limits mean for the meetings that stand."""
    count = outside(visit.app, person)
    if not count:
        return _("All your meetings fit.")
    words = ngettext(
        "One of your meetings no longer fits. Rondo will move it, or ask.",
        "%(count)s of your meetings no longer fit. Rondo will move them, or ask.",
        count,
    )
    return words % {"count": count}


def _partner(visit: Desk, person: Person) -> str:
    """What the marks of shared hours mean."""
    names = [each.name for each in partners(visit.app, person)]
    if not names:
        return ""
    who = listed(names) if len(names) <= FEW else _("A partner")
    return ngettext("%(who)s has hours then", "%(who)s have hours then", len(names)) % {"who": who}


def _weekdays() -> list[tuple[str, str]]:
    """The days of the week in the reader's order."""
    names = tongue().words.days["stand-alone"]["wide"]
    return [(str(day), str(names[day])) for day in ((tongue().first_weekday + number) % 7 for number in range(7))]


def _countries() -> list[tuple[str, str]]:
    return sorted(
        (code, str(name)) for code, name in tongue().words.territories.items() if len(code) == 2 and code != "ZZ"
    )
