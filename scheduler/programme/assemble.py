"""What the files of a folder say together: a group with the rules that hold for it, a person with all days off."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from scheduler.core.interval import Horizon
from scheduler.core.series import MOST_WEEKS_BETWEEN, Cadence
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.errors import InputError
from scheduler.programme.fields import AUTO
from scheduler.programme.groups import FEWEST, Membership, Role
from scheduler.programme.settings import GroupTable, PersonTable, ProgrammeTable, Settings
from scheduler.programme.toml import Places
from scheduler.programme.values import Group, Person
from scheduler.programme.words import public_holidays

NEUTRAL_TITLE = "Meeting"  # whoever looks over a shoulder learns nothing of who meets


def group_of(id_: str, members: Membership, people: Mapping[str, Person], settings: Settings, places: Places) -> Group:
    """A group of at least two with the rules that hold for it. Raises InputError for the first that can't hold."""
    own = settings.groups.get(id_, GroupTable())
    rules = settings.rules(id_)
    chair, required, optional = (members.of(role) for role in Role)
    everybody = chair + required + optional

    def place(key: str) -> str:
        return places.of("groups", id_, key) if getattr(own, key) is not None else places.of("programme", key)

    return Group(
        id=id_,
        title=own.title or NEUTRAL_TITLE,
        chair=chair[0] if chair else None,
        required=required,
        optional=optional,
        quorum=_quorum(own.quorum, rules.quorum or 0, len(chair + required), len(optional), place("quorum")),
        cadence=_cadence(rules, place("rotation")),
        rotates=rules.rotation == AUTO,
        minutes=rules.minutes,
        sessions=_sessions(rules, place("sessions")),
        anchor=rules.anchor or home_zone([people[id_].boundary.zone for id_ in everybody if id_ in people]),
        movable=settings.moves.allowed if own.movable is None else own.movable,
        organizer=_organizer(rules.organizer or everybody[0], people, place("organizer")),
        video=(own.video or settings.video).video(),
        repair=settings.repairs(id_),
    )


def completed(person: Person, settings: Settings) -> Person:
    """A person with what programme.toml says of single dates, and with every day off and its reason."""
    table = settings.people.get(person.id, PersonTable())
    boundary = replace(
        person.boundary,
        overrides=table.overrides,
        travel=tuple(trip.trip() for trip in table.travel),
        days_off=_days_off(person, settings),
    )
    return replace(person, boundary=boundary)


def _quorum(own: int | None, general: int, always: int, optional: int, where: str) -> int:
    """A group's own quorum is exact; the programme's is as far as there are people. Two make a meeting."""
    if own is not None and own > optional:
        message = f"a quorum of {own} is more than the {optional} optional people of the group."
        raise InputError(message, where=where, hint="It counts beside the chair and the required.")
    return max(FEWEST - always, min(general if own is None else own, optional), 0)


def _cadence(rules: ProgrammeTable, where: str) -> Cadence:
    """With one slot, where the rotation is left open."""
    rotation = 1 if rules.rotation == AUTO else rules.rotation
    weeks = rules.every.every_weeks * rotation
    if weeks > MOST_WEEKS_BETWEEN:
        message = f"a rotation of {rotation} every {rules.every.every_weeks} weeks comes round after {weeks}."
        raise InputError(message, where=where, hint=f"It must within {MOST_WEEKS_BETWEEN} weeks.")
    return replace(rules.every, rotation=rotation)


def _sessions(rules: ProgrammeTable, where: str) -> int:
    """As many as given, else as the cadence has room for: floor(weeks / n), or whole months."""
    every, weeks = rules.every.every_weeks, rules.horizon.weeks
    span = relativedelta(rules.until + timedelta(days=1), rules.first)
    whole_months = span.years * 12 + span.months
    most = whole_months + 1 if rules.every.monthly else (weeks - 1) // every + 1
    sessions = rules.sessions or (whole_months if rules.every.monthly else weeks // every)
    if not 1 <= sessions <= most:
        message = f"there is room for {most} sessions from {rules.first} until {rules.until}, and not for {sessions}."
        raise InputError(message, where=where, hint="Give `sessions`, another `every` or other dates.")
    return sessions


def home_zone(zones: list[str]) -> str:
    """The zone in which most of a group live; of several such, that of the first in order: the chair, the required."""
    living = Counter(zones)
    return max(living, key=living.__getitem__, default="UTC")


def _organizer(id_: str, people: Mapping[str, Person], where: str) -> str:
    if people and id_ not in people:
        raise InputError(
            f"organizer {quoted(id_)} is nobody in people.csv.", where=where, hint=did_you_mean(id_, people)
        )
    return id_


@lru_cache(maxsize=64)
def _dates(horizon: Horizon) -> tuple[date, ...]:
    start = horizon.first_monday - timedelta(days=1)
    return tuple(start + timedelta(days=i) for i in range(horizon.weeks * 7 + 2))


def _days_off(person: Person, settings: Settings) -> Mapping[date, str]:
    """Each date without hours and why; a day is added at both ends, since local dates reach beyond the horizon."""
    rules, country = settings.programme, person.country
    dates = _dates(rules.horizon)
    found = public_holidays(country, dates[0], dates[-1]) if settings.holidays.counts(country) else {}
    reasons = {on: f"public holiday: {name}" for on, name in found.items()}
    reasons |= person.boundary.days_off
    reasons |= dict.fromkeys(rules.blackout, "blackout")
    reasons |= {on: "outside the programme" for on in dates if not rules.first <= on <= rules.until}
    return {on: reasons[on] for on in dates if on in reasons}
