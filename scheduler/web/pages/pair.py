"""A group's best times, on everybody's clock and date by date; a pair chooses one here, and books it together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.pairs import booking, pairs
from scheduler.app.people import inviting
from scheduler.app.planning.explaining import Explained, explained, member
from scheduler.app.planning.times import SHARED, TimeOption, best_times, series_of_group, time_of
from scheduler.app.wiring.programme import App
from scheduler.core.freebusy import Knowledge
from scheduler.core.hours import parse_hours
from scheduler.core.series import Series
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import tongue
from scheduler.core.words import one_line, place, when
from scheduler.core.zones import zone_named
from scheduler.errors import InputError, StalePlan
from scheduler.programme import Group, Person
from scheduler.web.guards import Partner
from scheduler.web.pictures.card import cards, headline
from scheduler.web.typed import Typed, needed
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}/groups/{group}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What somebody chose: `headline` is empty where it can't be had any more."""

    name: str
    is_me: bool
    headline: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """On whose clock the time may be kept."""

    words: str
    query: str
    current: bool


@router.get("/times", name="pair")
def pair(visit: Partner) -> Response:
    """The best times of a group, or what is booked."""
    return _shown(visit)


@router.post("/join", name="join")
def join(visit: Partner) -> Response:
    """Whoever was invited says who they are, where, and when they can."""
    typed = Typed(said={name: visit.said(name) for name in ("name", "zone", "hours")})
    side = pairs.Side(
        name=typed.read("name", lambda text: needed(one_line(text)), ""),
        zone=typed.read("zone", lambda text: zone_named(needed(text)), ""),
        hours=typed.read("hours", _hours, ""),
        locale=str(tongue().locale),
    )
    if typed.wrong:
        return _welcome(visit, typed, status=422)
    pairs.introduce(visit.site, visit.programme, visit.person, side)
    return visit.go("pair", programme=visit.programme, group=visit.group)


@router.get("/book", name="book")
def book(visit: Partner) -> Response:
    """What booking a time would write. Nothing is sent by looking at it."""
    return _confirmed(visit)


@router.post("/book", name="choose")
def choose(visit: Partner) -> Response:
    """Choose a time; once both chose the same, it is booked."""
    _check_pair(visit)
    try:
        outcome = booking.choose(
            visit.site, visit.programme, visit.group, visit.person, visit.said("slot"), visit.said("seen")
        )
    except StalePlan as fault:
        return _shown(_again(visit), status=409, alert=str(fault))
    if outcome is booking.Outcome.CHANGED:
        return _confirmed(_again(visit), status=409)
    return visit.go("pair", programme=visit.programme, group=visit.group)


@router.post("/take-back", name="take-back")
def take_back(visit: Partner) -> Response:
    """Take a booking back, as long as it may be."""
    _check_pair(visit)
    try:
        booking.take_back(visit.site, visit.programme, visit.group)
    except StalePlan as fault:
        return _shown(_again(visit), status=409, alert=str(fault))
    return visit.on(f"{visit.path('pair', programme=visit.programme, group=visit.group)}?undone=1")


@router.post("/share", name="share")
def share(visit: Partner) -> Response:
    """A new link for the other, shown once. Links that were handed out before go on."""
    _check_pair(visit)
    other = next(who for who in _group(visit).members if who != visit.person)
    return _shown(visit, link=inviting.invite(visit.site, visit.programme, other))


@router.get("/times.ics", name="pair-file")
def file(visit: Partner) -> Response:
    """What is or would be booked as a calendar file, for whoever writes it into a calendar by themselves."""
    app, group = visit.app, _group(visit)
    events = booking.standing_events(app, group)
    if not events:
        events = booking.prepared(app, group, visit.said("slot"), member(visit.person)).events
    content = booking.calendar_file(events, visit.person, app.clock.now())
    name = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return Response(content, media_type="text/calendar", headers=name)


def _shown(visit: Desk, *, status: int = 200, alert: str = "", link: str = "") -> Response:
    app, group, alone = visit.app, _group(visit), pairs.is_pair(visit.site, visit.programme)
    me = app.person(visit.person)
    visit.zone = visit.reader.zone or me.boundary.zone
    if alone and not pairs.is_ready(me):
        typed = Typed(said={"name": me.name, "zone": "", "hours": ""})
        return _welcome(visit, typed, status=status)
    people = [app.person(who) for who in group.members]
    stands = booking.booked(app, group, member(me.id))
    shared = {
        "group": group,
        "people": people,
        "programme": visit.programme,
        "alone": alone,
        "me": me,
        "other": next((each for each in people if each.id != me.id), me),
        "alert": alert,
        "link": link,
        "limits": visit.path("limits", programme=visit.programme, person=visit.person),
        "first": app.programme.first,
        "until": app.programme.until,
    }
    if stands:
        until = booking.undo_until(app, group) if alone else None
        [card] = cards((stands,))
        nobody: list[Person] = []
        said = {"chosen": nobody, "unready": nobody, "unknown": nobody, "stale": nobody}
        undo = until and when(until, visit.zone)
        return visit.page("booked.html", status=status, card=card, undo=undo, undone=False, **said, **shared)
    keep = _kept(visit, people, group)

    def looked() -> tuple[Series, tuple[TimeOption, ...], Explained | None]:
        posed = app.pose()
        series = series_of_group(posed, group.id, keep)
        options = best_times(app, posed, series, audience=member(me.id))
        return series, options, None if options else explained(app, posed, series, audience=member(me.id))

    # of two by themselves it is kept; the thousands of a programme would take too much room
    series, options, found = visit.overview.told(f"times {me.id} {keep}", looked) if alone else looked()
    unready = [each for each in people if alone and not pairs.is_ready(each)]
    return visit.page(
        "pair.html",
        status=status,
        cards=cards(tuple(_without(each, unready) for each in options)),
        undone=bool(visit.said("undone")),
        found=found,
        keeps=_keeps(people, series.anchor_zone),
        chosen=list(_chosen(app, group, me)) if alone else [],
        unready=unready,
        unknown=[each for each in people if app.knowledge(each) is Knowledge.UNKNOWN],
        stale=[each for each in people if app.knowledge(each) is Knowledge.STALE],
        **shared,
    )


def _welcome(visit: Desk, typed: Typed, status: int = 200) -> Response:
    group = _group(visit)
    others = [visit.app.person(who).name for who in group.members if who != visit.person]
    return visit.page("join.html", status=status, typed=typed, group=group, others=others, programme=visit.programme)


def _confirmed(visit: Desk, status: int = 200) -> Response:
    """What is about to be chosen, or booked."""
    app, group, key = visit.app, _group(visit), visit.said("slot")
    me = app.person(visit.person)
    visit.zone = visit.reader.zone or me.boundary.zone
    if booking.is_booked(app, group):
        return _shown(visit)
    try:
        prepared = booking.prepared(app, group, key, member(me.id))
    except StalePlan as fault:
        return _shown(visit, status=409, alert=str(fault))
    chosen = booking.choices(app, group)
    others = [who for who in group.members if who != me.id]
    [card] = cards((prepared.option,))
    return visit.page(
        "book.html",
        status=status,
        card=card,
        booking=prepared,
        books=all(chosen.get(who) == key for who in others),
        others=[app.person(who).name for who in others],
        alone=pairs.is_pair(visit.site, visit.programme),
        group=group,
        programme=visit.programme,
        changed=status == 409,
        names=app.names,
    )


def _without(option: TimeOption, unready: Sequence[Person]) -> TimeOption:
    """A time without the clocks of those of whom nothing is known yet: nobody is shown as free who did not say so."""
    out = {each.id for each in unready}
    return replace(option, clocks=tuple(each for each in option.clocks if each.person not in out))


def _chosen(app: App, group: Group, me: Person) -> Iterator[Chosen]:
    for who, key in sorted(booking.choices(app, group).items(), key=lambda item: item[0] != me.id):
        kept = booking.kept_for(app, group, key)
        posed = kept.pose()
        option = time_of(kept, posed, series_of_group(posed, group.id), key, member(me.id))
        yield Chosen(
            name=app.person(who).name,
            is_me=who == me.id,
            headline=headline(option) if option else "",
            query=urlencode({"slot": key}),
        )


def _kept(visit: Desk, people: list[Person], group: Group) -> str:
    """The zone on whose clock the time is to be kept: one of theirs, or the shared one."""
    asked = visit.said("keep")
    return asked if asked in {SHARED, *(each.boundary.zone for each in people)} else group.anchor


def _keeps(people: list[Person], anchor: str) -> list[Keep]:
    zones = {each.boundary.zone: each.name for each in reversed(people)}
    if len(zones) < 2:
        return []
    words = {
        zone: _("%(name)s's clock (%(place)s)") % {"name": name, "place": place(zone)}
        for zone, name in reversed(zones.items())
    }
    words.setdefault(SHARED, _("share the shift"))
    return [Keep(words=text, query=urlencode({"keep": zone}), current=zone == anchor) for zone, text in words.items()]


def _group(visit: Desk) -> Group:
    return pairs.group_of(visit.app, visit.group)


def _again(visit: Desk) -> Desk:
    """The same visit to the programme as it is by now."""
    visit.__dict__.pop("app", None)
    return visit


def _check_pair(visit: Desk) -> None:
    """That two people decide here by themselves. Raises InputError."""
    if not pairs.is_pair(visit.site, visit.programme):
        raise InputError(_("your coordinator books the times of this group."))


def _hours(text: str) -> str:
    parse_hours(needed(text))
    return text
