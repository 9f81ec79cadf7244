"""How pages speak to whoever reads them: as they chose, else as their browser asks."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from babel import Locale, UnknownLocaleError

from scheduler.core.reader import Reader
from scheduler.core.tongue import Tongue
from scheduler.core.tongues import OURS, tongue_of
from scheduler.core.visitor import Visitor
from scheduler.core.zones import is_zone
from scheduler.store import SqlEngine, SqlReaders

COOKIE = "rondo-reading"
CLOCKS = ("", "12", "24")
LONGEST = 35  # a language tag (RFC 5646, 4.4.1)


class Readers:
    """What the visitors of a service chose. Methods raise Unavailable where the database fails."""

    def __init__(self, database: SqlEngine) -> None:
        self._store = SqlReaders(database)

    def chosen(self, visitor: Visitor, kept: str) -> Reader:
        """By a visitor; of whoever shows no session, what their browser kept (`reader_to_text`)."""
        mine = _names(visitor)
        return (self._store.first(mine) if mine else None) or reader_from_text(kept)

    def keep(self, visitor: Visitor, chosen: Reader) -> None:
        """Remember it for as whom they act, beyond their session."""
        self._store.keep(_names(visitor), chosen)


def tongue_for(chosen: Reader, accepted: str) -> Tongue:
    """The language, clock and week of a reader; `accepted` is what their browser asks for (RFC 9110, 12.5.4)."""
    first = accepted.partition(",")[0].partition(";")[0].strip()
    return tongue_of(chosen.locale or first or OURS, clock=chosen.clock)


def zone_for(chosen: Reader, zones: Mapping[str, str], person: str = "") -> str:
    """In which zone times are shown: the chosen one, else the person's own, else that in which most people live."""
    own = chosen.zone or zones.get(person, "")
    return own or next((zone for zone, _ in Counter(zones.values()).most_common(1)), "UTC")


def reader_to_text(chosen: Reader) -> str:
    """For a cookie."""
    return urlencode({"locale": chosen.locale, "clock": chosen.clock, "zone": chosen.zone})


def reader_from_text(text: str) -> Reader:
    """What `reader_to_text` wrote; of anything else what makes sense."""
    said = {name: values[-1] for name, values in parse_qs(text[:500]).items()}
    return sensible(said.get("locale", ""), said.get("clock", ""), said.get("zone", ""))


def sensible(locale: str, clock: str, zone: str) -> Reader:
    """A choice without what is no language, clock or zone."""
    return Reader(
        locale=locale if _is_locale(locale) else "",
        clock=clock if clock in CLOCKS else "",
        zone=zone if is_zone(zone) else "",
    )


def _is_locale(text: str) -> bool:
    try:
        return len(text) <= LONGEST and bool(Locale.parse(text, sep="-"))
    except (UnknownLocaleError, ValueError, TypeError):
        return False


def _names(visitor: Visitor) -> tuple[str, ...]:
    """Whoever signed in is one, wherever they sit; a person of several programmes is remembered in each."""
    if visitor.identity:
        return (f"identity/{visitor.identity.id}",)
    return tuple(sorted(f"person/{seat.programme}/{seat.person}" for seat in visitor.seats))
