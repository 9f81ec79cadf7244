"""Somebody's own calendars: what is connected, how each does, and connecting, choosing and disconnecting them."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from scheduler.app.calendars import connecting
from scheduler.app.calendars.connecting import NAMES
from scheduler.app.calendars.connections import Seen, disconnect, overview, tick
from scheduler.core.account import Account, Provider
from scheduler.core.address import label
from scheduler.core.freebusy import CalendarCopy
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext
from scheduler.errors import InputError, RondoError, Unavailable
from scheduler.web.guards import Anybody, Participant
from scheduler.web.visit import Desk, Visit

PATIENCE = 12.0  # seconds in which a provider has to list somebody's calendars
TYPED = (Provider.CALDAV, Provider.ICS)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
router = APIRouter()
MINE = "/p/{programme}/me/{person}/calendars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One calendar: its address, when it was read, and what went wrong since, in words."""

    name: str
    read: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One account. `again`: its owner has to sign in again."""

    account: Account
    provider: str
    writes: bool
    error: str
    rows: tuple[Row, ...]

    @property
    def again(self) -> bool:
        """Whether its owner has something to do."""
        return bool(self.error)


@router.get(MINE, name="calendars")
def calendars(visit: Participant) -> Response:
    """What is connected, and how it does."""
    said = {
        "connected": _("Connected. It is read in a moment, and then your meetings keep clear of it."),
        "chosen": _("Noted which calendars count."),
    }
    return _page(visit, said.get(visit.said("done"), ""))


@router.get(MINE + "/connect/{provider}", name="calendar-connect")
def before(visit: Participant, provider: str) -> Response:
    """What is read, stored and written, before anything happens."""
    return _connect_page(visit, _known(visit, provider))


@router.post(MINE + "/connect/{provider}", name="calendar-begin")
def begin(visit: Participant, provider: str) -> Response:
    """On to the provider's page; or read what was typed."""
    known = _known(visit, provider)
    try:
        if known not in TYPED:
            write = visit.said("write") == "yes" and _organises(visit)
            url = connecting.set_out(visit.site, visit.programme, visit.person, known, visit.cookie, write=write)
            return visit.page("onward.html", url=url, provider=NAMES[known])
        _by_what_was_typed(visit, known)
    except RondoError as fault:
        return _connect_page(visit, known, fault=fault)
    return _back(visit, "done=connected")


@router.get("/connected/{provider}", name="connected")
def connected(visit: Anybody, provider: str) -> Response:
    """Whoever comes back from a provider's page. It acts, though it is a GET (RFC 6749, 4.1.2): once, for the session
    in which it began, and by a secret that only the provider was told."""
    said = dict(visit.request.query_params)
    try:
        back = connecting.come_back(visit.site, provider, visit.cookie, said.get("state", ""))
    except RondoError as fault:
        return _failed(visit, fault, provider)
    if back.person not in visit.visitor.sits(back.programme):
        raise HTTPException(404)
    parts = {"programme": back.programme, "person": back.person}
    try:
        connecting.end(visit.site, back, said)
    except RondoError as fault:
        return _failed(visit, fault, provider, **parts)
    return RedirectResponse(f"{visit.path('calendars', **parts)}?done=connected", 303)


@router.get(MINE + "/choose", name="calendar-choose")
def choose(visit: Participant) -> Response:
    """All calendars of the accounts, with ticks; their names are asked for now and kept nowhere."""
    return visit.page("calendars_choose.html", accounts=_asked(visit), names=NAMES, plain=plain)


@router.post(MINE + "/choose", name="calendar-chosen")
def chosen(visit: Participant) -> Response:
    """Note which count."""
    offered = [str(each) for each in visit.form.getlist("offered")]
    count = [each for each in map(str, visit.form.getlist("count")) if each in offered]
    tick(visit.app, count=count, ignore=[each for each in offered if each not in count], person=visit.person)
    visit.site.service.changed(visit.programme, {visit.person})
    return _back(visit, "done=chosen")


@router.get(MINE + "/disconnect", name="calendar-disconnect")
def before_disconnecting(visit: Participant) -> Response:
    """What it would do."""
    account = _account(visit)
    return visit.page("calendars_disconnect.html", account=account, provider=NAMES[account.provider])


@router.post(MINE + "/disconnect", name="calendar-disconnected")
def disconnected(visit: Participant) -> Response:
    """Give an account back, and forget what was read with it."""
    account = _account(visit)
    done = disconnect(visit.app, account.provider, visit.person, account.address)
    visit.site.service.changed(visit.programme, {visit.person})
    told = {"provider": NAMES[account.provider], "address": account.address}
    gone = _("%(provider)s %(address)s is disconnected, and what was read of it is erased.") % told
    return _page(visit, " ".join(filter(None, (gone, plain(done.told)))))


def plain(error: str) -> str:
    """What went wrong, without the sentences that say what to type at a terminal."""
    return " ".join(each for each in SENTENCE.split(error) if "rondo " not in each)


def ago(now: datetime, at: datetime | None) -> str:
    """How long ago a calendar was read."""
    if at is None:
        return _("not read yet")
    past = max(now - at, timedelta())
    if past < 2 * MINUTE:
        return _("read just now")
    if past < HOUR:
        return ngettext("read %(num)s minute ago", "read %(num)s minutes ago", past // MINUTE) % {"num": past // MINUTE}
    if past < DAY:
        return ngettext("read %(num)s hour ago", "read %(num)s hours ago", past // HOUR) % {"num": past // HOUR}
    return ngettext("read %(num)s day ago", "read %(num)s days ago", past // DAY) % {"num": past // DAY}


def _page(visit: Desk, message: str = "") -> Response:
    cards = tuple(_cards(visit))
    return visit.page(
        "calendars.html",
        cards=cards,
        listed=tuple(_listed(visit)),
        ways=connecting.ways(visit.app),
        names=NAMES,
        message=message,
    )


def _cards(visit: Desk) -> Iterator[Card]:
    app, now = visit.app, visit.app.clock.now()
    writes = app.desks.of(visit.person)
    seen = overview(app, person=visit.person, offline=True) if _accounts(visit) else ()
    for each in seen:
        rows = tuple(
            Row(name=_shown(one.address), read=ago(now, one.read_at), error=plain(one.error))
            for one in each.calendars
            if one.counts
        )
        yield Card(
            account=each.account,
            provider=NAMES[each.account.provider],
            writes=bool(writes and writes[0] == each.account),
            error=plain(each.account.error) or next((row.error for row in rows if row.error), ""),
            rows=rows,
        )


def _listed(visit: Desk) -> Iterator[Row]:
    """Calendars that the programme itself lists, and nobody connected."""
    app, person = visit.app, visit.app.person(visit.person)
    counted = {label(calendar) for account in _accounts(visit) for calendar in account.calendars}
    copies: Mapping[str, CalendarCopy] = {copy.calendar: copy for copy in app.copies_of(person)}
    for name, copy in copies.items():
        if name not in counted:
            yield Row(name=_shown(name), read=ago(app.clock.now(), copy.read_at), error=plain(copy.error))


def _accounts(visit: Desk) -> tuple[Account, ...]:
    return tuple(each for each in visit.app.accounts.all() if each.person == visit.person)


def _account(visit: Desk) -> Account:
    """The one that is meant; the same 404 for those of others."""
    meant = (visit.said("provider"), visit.said("address"))
    found = next((each for each in _accounts(visit) if (each.provider, each.address) == meant), None)
    if found is None:
        raise HTTPException(404)
    return found


def _known(visit: Desk, provider: str) -> Provider:
    """Raises 404 for a way that there is not here."""
    found = next((each for each in connecting.ways(visit.app) if each == provider), None)
    if found is None:
        raise HTTPException(404)
    return found


def _connect_page(visit: Desk, provider: Provider, *, fault: RondoError | None = None) -> Response:
    return visit.page(
        "calendars_connect.html",
        status=422 if fault else 200,
        provider=provider,
        name=NAMES[provider],
        organises=_organises(visit),
        typed={"url": visit.said("url") if fault else "", "user": visit.said("user") if fault else ""},
        error=_told(fault) if fault else "",
    )


def _organises(visit: Desk) -> bool:
    """Whether meetings are to stand in somebody's own calendar: nobody else is asked to let us write."""
    return any(group.organizer == visit.person for group in visit.app.programme.groups)


def _by_what_was_typed(visit: Desk, provider: Provider) -> None:
    url, user, password = visit.said("url"), visit.said("user"), visit.form.get("password", "")
    if not url or len(url) > 2_000:  # no browser takes longer ones
        raise InputError(_("Paste the address of the calendar."))
    if provider is Provider.ICS:
        connecting.by_address(visit.site, visit.programme, visit.person, url)
    elif not user or not isinstance(password, str) or not password:
        raise InputError(_("A name and a password are needed, too."))
    else:
        connecting.by_password(visit.site, visit.programme, visit.person, url=url, user=user, password=password)


def _asked(visit: Desk) -> tuple[Seen, ...]:
    """With the calendars that providers list now. Raises Unavailable where that takes too long."""
    if not _accounts(visit):
        return ()
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(overview, visit.app, person=visit.person).result(PATIENCE)
    except TimeoutError:
        raise Unavailable(_("Your calendars' provider does not answer now. Try again in a while.")) from None
    finally:
        pool.shutdown(wait=False)


def _failed(visit: Visit, fault: RondoError, provider: str, **parts: str) -> Response:
    values = {"error": _told(fault), "parts": parts, "provider": provider}
    return visit.page("calendars_failed.html", status=422 if isinstance(fault, InputError) else 503, **values)


def _told(fault: RondoError) -> str:
    """The fault and what to do, for somebody without a terminal."""
    hint = fault.hint if isinstance(fault, InputError) else ""
    words = fault.message if isinstance(fault, InputError) else str(fault)
    return plain(f"{words[:1].upper()}{words[1:]} {hint}".strip())


def _shown(address: str) -> str:
    """A calendar's address without the provider's name."""
    kind, colon, rest = address.partition(":")
    return rest if colon and kind in {str(each) for each in Provider} else address


def _back(visit: Desk, query: str) -> Response:
    where = visit.path("calendars", programme=visit.programme, person=visit.person)
    return RedirectResponse(f"{where}?{query}", 303)
