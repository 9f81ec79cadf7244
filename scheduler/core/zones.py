"""Time zones by name: which there are, and which one somebody meant."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from scheduler.core.suggest import nearest, quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError

NO_ZONES = {"localtime", "posixrules", "Factory"}
CONTINENTS_WITH_OLD_CITIES = ("Africa/", "America/", "Asia/", "Europe/")

AMBIGUOUS = {
    "AEDT": "Australia/Sydney",
    "AEST": "Australia/Sydney",
    "AST": "America/Halifax",
    "BST": "Europe/London",
    "CDT": "America/Chicago",
    "CEST": "Europe/Berlin",
    "CET": "Europe/Berlin",
    "CST": "America/Chicago",
    "CST6CDT": "America/Chicago",
    "EDT": "America/New_York",
    "EEST": "Europe/Athens",
    "EET": "Europe/Athens",
    "EST": "America/New_York",
    "EST5EDT": "America/New_York",
    "HST": "Pacific/Honolulu",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "MDT": "America/Denver",
    "MESZ": "Europe/Berlin",
    "MET": "Europe/Berlin",
    "MEZ": "Europe/Berlin",
    "MST": "America/Denver",
    "MST7MDT": "America/Denver",
    "PDT": "America/Los_Angeles",
    "PST": "America/Los_Angeles",
    "PST8PDT": "America/Los_Angeles",
    "SGT": "Asia/Singapore",
    "WEST": "Europe/Lisbon",
    "WET": "Europe/Lisbon",
}
"""Abbreviations stand for one season, or for several places: nobody's clock goes by them all year."""

FIXED_OFFSET = re.compile(r"(?:UTC|GMT)?\s*[+\-−]\s*\d{1,2}(?::?\d{2})?", re.IGNORECASE)


@lru_cache(maxsize=1)
def all_zones() -> frozenset[str]:
    """The names of the tzdata package that are time zones."""
    return frozenset(available_timezones() - NO_ZONES)


def is_zone(name: str) -> bool:
    """Whether this is, to the letter, the name of a zone (core.problem asks of its JSON form)."""
    return name in all_zones()


@lru_cache(maxsize=4096)
def zone_named(text: str) -> str:
    """The zone that somebody means: an IANA name in any case, a Windows name, or a city (`Lisbon`).

    Old names give the present one (US/Pacific, Asia/Calcutta). Raises InputError for abbreviations such as EST, for
    fixed offsets, and for anything unknown, with a suggestion where there is one.
    """
    name = text.strip()
    if name.upper() in AMBIGUOUS:
        raise InputError(
            _("timezone %(name)s is ambiguous.") % {"name": quoted(name)},
            hint=_("Did you mean %(meant)s?") % {"meant": AMBIGUOUS[name.upper()]},
        )
    if FIXED_OFFSET.fullmatch(name):
        raise InputError(
            _("timezone %(name)s is a fixed offset, which follows no clock change.") % {"name": quoted(name)},
            hint=_("Name a city, such as Europe/Lisbon."),
        )
    return _iana(name) or _city(name) or windows_zone(name) or _unknown(name)


def windows_zone(name: str) -> str | None:
    """The zone of a Windows name (`W. Europe Standard Time`) by Unicode's CLDR; None where it is no such name."""
    found = _windows().get(name.strip().casefold())
    return _present(found) if found else None


def _iana(name: str) -> str | None:
    found = _folded().get(name.casefold())
    return _present(found) if found else None


def _city(name: str) -> str | None:
    found = _cities().get(_plain(name), frozenset())
    if len(found) > 1:
        raise InputError(
            _("timezone %(name)s is ambiguous.") % {"name": quoted(name)},
            hint=_("Write %(meant)s or %(others)s.") % {"meant": min(found), "others": ", ".join(sorted(found)[1:])},
        )
    return next(iter(found), None)


def _unknown(name: str) -> str:
    known = {zone: zone for zone in _listed()} | {city: min(zones) for city, zones in _cities().items()}
    near = nearest(name, known)
    hint = _("Did you mean %(meant)s?") % {"meant": known[near]} if near else _("Write it like Europe/Lisbon.")
    raise InputError(_("timezone %(name)s is unknown.") % {"name": quoted(name)}, hint=hint)


def _present(name: str) -> str:
    """An old name gives way to what it links to; names that a country uses today (zone.tab) stay."""
    target = _links().get(name, name)
    return target if name not in _listed() and target in _listed() else name


@lru_cache(maxsize=1)
def _folded() -> Mapping[str, str]:
    return {name.casefold(): name for name in all_zones()}


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, frozenset[str]]:
    """Zones by the plain name of their city, old names of cities too."""
    found: dict[str, set[str]] = defaultdict(set)
    old = {name for name in _links() if name.startswith(CONTINENTS_WITH_OLD_CITIES)}
    for name in _listed() | old:
        found[_plain(name.rpartition("/")[2])].add(_present(name))
    return {city: frozenset(zones) for city, zones in found.items()}


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    """The names that zone.tab gives to the countries of today."""
    rows = (line.split("\t") for line in _data("zone.tab") if not line.startswith("#"))
    return frozenset(row[2] for row in rows)


@lru_cache(maxsize=1)
def _links() -> Mapping[str, str]:
    """Name to target of every link; Iceland's leads abroad, to a country with the same clock."""
    rows = (line.split() for line in _data("tzdata.zi") if line.startswith("L "))
    return {link: target for _, target, link in rows} | {"Iceland": "Atlantic/Reykjavik"}


@lru_cache(maxsize=1)
def _windows() -> Mapping[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - 0.1 s that few runs need

    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


def _data(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()


def _plain(city: str) -> str:
    letters = unicodedata.normalize("NFKD", city.replace("_", " ").replace("-", " ").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
