"""Small notations of the folder's files: dates, lengths of time, counts, cadences, countries."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

import holidays

from scheduler.core.interval import DAY_MINUTES
from scheduler.core.series import MOST_WEEKS_BETWEEN, Cadence
from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError

MOST_DAYS = 3 * 366
LONGEST_NUMBER = 6
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
LENGTH = re.compile(r"(\d{1,6})\s*(m|min|h|d)?", re.ASCII)
EVERY = re.compile(r"(?:every\s+)?(?:(?:(\d{1,2})\s+)?weeks?|(month))", re.ASCII | re.IGNORECASE)
UNIT_MINUTES = {"m": 1, "min": 1, "h": 60, "d": DAY_MINUTES}


def day(text: str) -> date:
    """A date written 2027-02-15. Raises InputError."""
    try:
        if DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InputError(_("%(text)s is no date.") % {"text": quoted(text)}, hint=_("Write it like 2027-02-15."))


def days(text: str) -> tuple[date, ...]:
    """Dates (2027-02-15), ranges with both ends (2027-02-15..2027-02-19) and ISO weeks (2027-W07), spaces between.

    Raises InputError for what is none of these, and for a range that is reversed or longer than three years.
    """
    return tuple(found for word in text.replace(",", " ").split() for found in _span(word))


def minutes(text: str) -> int:
    """A length of time in minutes: 10, 10m, 24h, 2d. Raises InputError."""
    match = LENGTH.fullmatch(text.strip().lower())
    if not match:
        raise InputError(
            _("%(text)s is no length of time.") % {"text": quoted(text)}, hint=_("Write it like 10m, 24h or 2d.")
        )
    return int(match[1]) * UNIT_MINUTES[match[2] or "m"]


def gap(text: str) -> int:
    """Minutes to keep free between meetings, a day at most."""
    length = minutes(text)
    if length > DAY_MINUTES:
        raise InputError(
            _("a gap of %(text)s is longer than a day.") % {"text": quoted(text)}, hint=_("Write it like 10m.")
        )
    return length


def notice(text: str) -> int:
    """How long beforehand somebody wants to know, in minutes; a bare number but 0 could mean anything."""
    if text.strip().isdecimal() and text.strip() != "0":
        raise InputError(
            _("notice %(text)s has no unit.") % {"text": quoted(text)},
            hint=_("Did you mean %(meant)s?") % {"meant": f"{text.strip()}h"},
        )
    return minutes(text)


def count(text: str) -> int:
    """A whole number from 1 on. Raises InputError."""
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER and int(text) > 0:
        return int(text)
    raise InputError(
        _("%(text)s is no count from 1 on.") % {"text": quoted(text)}, hint=_("Leave it empty where there is no limit.")
    )


def cadence(text: str) -> Cadence:
    """`week`, `2 weeks` to `12 weeks`, `month`. Raises InputError."""
    match = EVERY.fullmatch(text.strip())
    weeks = int(match[1] or 1) if match else 0
    if not match or not 1 <= weeks <= MOST_WEEKS_BETWEEN:
        hint = _('Write "week", "2 weeks" (to %(most)s) or "month".') % {"most": MOST_WEEKS_BETWEEN}
        raise InputError(_("%(text)s is no cadence.") % {"text": quoted(text)}, hint=hint)
    return Cadence(every_weeks=weeks, monthly=bool(match[2]))


def country(text: str) -> str:
    """A country by its two letters (ISO 3166), a region after a hyphen: GB, GB-SCT. Raises InputError."""
    code, _hyphen, region = text.strip().upper().partition("-")
    if len(code) != 2 or code not in _countries():
        raise InputError(
            _("country %(text)s is unknown.") % {"text": quoted(text)},
            hint=_("Write its two letters, such as GB, or GB-SCT."),
        )
    if region and region not in _countries()[code]:
        known = ", ".join(f"{code}-{name}" for name in _countries()[code]) or _("none")
        raise InputError(
            _("region %(text)s is unknown.") % {"text": quoted(text)},
            hint=_("Known in %(code)s: %(known)s.") % {"code": code, "known": known},
        )
    return f"{code}-{region}" if region else code


@lru_cache(maxsize=1024)
def public_holidays(place: str, first: date, last: date) -> Mapping[date, str]:
    """A country's (or region's) public holidays with their English names, both dates included."""
    code, _hyphen, region = place.partition("-")
    years = range(first.year, last.year + 1)
    found = holidays.country_holidays(code, subdiv=region or None, years=years, language="en_US")
    return {on: found[on] for on in sorted(found) if first <= on <= last}


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, Sequence[str]]:
    return holidays.list_supported_countries()


def _span(word: str) -> list[date]:
    if week := WEEK.fullmatch(word):
        return _iso_week(word, int(week[1]), int(week[2]))
    start, dots, end = word.partition("..")
    first = day(start)
    last = day(end) if dots else first
    if not 0 <= (last - first).days <= MOST_DAYS:
        why = _("%(span)s is longer than three years.") if last > first else _("%(span)s ends before it begins.")
        raise InputError(why % {"span": quoted(word)}, hint=_("Write it like 2027-02-15..2027-02-19."))
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _iso_week(word: str, year: int, week: int) -> list[date]:
    try:
        monday = date.fromisocalendar(year, week, 1)
        return [monday + timedelta(days=i) for i in range(7)]
    except (ValueError, OverflowError) as error:
        raise InputError(
            _("%(text)s is no week of that year.") % {"text": quoted(word)}, hint=_("Write it like 2027-W07.")
        ) from error
