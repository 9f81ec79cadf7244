"""Who is told what of decisions, and the telling: each notice at most once.

Those whose sessions changed are mailed, unless an invitation or their calendar's provider tells them; coordinators and
services are told what waits for a word. Several decisions of one round are one notice to each.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.core.decision import Action, Decision, State
from scheduler.core.decision_words import sentence
from scheduler.core.delivery import Channel, Reach, invited, places_of
from scheduler.core.digest import digest
from scheduler.core.event import Event
from scheduler.core.notice import Notice, NoticeState
from scheduler.core.notice_words import Line, Whom, Words, change_words, question_words, wish_words
from scheduler.core.tongue import ENGLISH, speaking
from scheduler.core.tongue import gettext as _
from scheduler.core.tongues import tongue_of
from scheduler.core.words import listed, more_of, one_line
from scheduler.errors import InputError, RondoError, Unavailable
from scheduler.ports import Notifier, Store
from scheduler.programme import Group, Person, Programme

COORDINATOR = "coordinator"
"""Who is told by mail, where it is no person of the programme."""

WEEK = timedelta(days=7)
MADE = (State.DONE, State.ACCEPTED)
CHANGES = (
    *(Action.MOVE, Action.SKIP, Action.SHIFT, Action.CLOCKS, Action.ADOPT),
    *(Action.PAUSE, Action.RESUME, Action.UNDO),
)
MOST_NAMES = 3
MOST_IN_VAIN = 3  # more in a row that can't be sent now, and the rest is left for another time


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told, and how.

    `scope` names the programme in keys, unlike any other of the same database. `coordinators` are mail addresses,
    `services` labels of Apprise addresses. `mailed`: of each group, who is told by an invitation or a provider already
    (`mailed_by_group`). `mails`: whether there is a mail server; without one nobody is owed a mail. `private`: two
    people are by themselves, and answer each other. `page`: the address at which coordinators say what they want;
    without one they are told the command.
    """

    scope: str
    people: Whom = "changes"
    coordinators: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    mailed: Mapping[str, Collection[str]] = field(default_factory=dict)
    mails: bool = True
    private: bool = False
    page: str = ""


def mailed_by_group(events: Sequence[Event], reach: Mapping[str, Reach], *, mails: bool) -> dict[str, frozenset[str]]:
    """Of each group, whom the provider of the organiser's calendar invites, and whom we invite by mail.

    The organiser is nobody's guest: their own calendar changes without a word.
    """
    found: dict[str, frozenset[str]] = {}
    for event in events:
        by_mail = (each.person for each in places_of(event, reach, mail=mails) if each.channel is Channel.MAIL)
        guests = invited(event, reach) - {event.organizer}
        found[event.group] = found.get(event.group, frozenset()) | guests | frozenset(by_mail)
    return found


def notices_for(programme: Programme, decisions: Sequence[Decision], audience: Audience) -> tuple[Notice, ...]:
    """What people are told of the decisions of one round, which nobody was told before."""
    desk = _Desk(programme, audience)
    made = [done for done in map(_as_done, decisions) if done.state in MADE and done.action in CHANGES]
    asked = [each for each in decisions if each.waits or each.action is Action.STOP]
    return (*desk.changes(made), *desk.questions(asked))


def digests(
    programme: Programme,
    trail: Sequence[Decision],
    audience: Audience,
    *,
    now: datetime,
    unread: Collection[str],
    missing: int,
) -> tuple[Notice, ...]:
    """The last seven days for coordinators and services; at most one in a week of the calendar (ISO 8601) for each.

    `trail`: all decisions; `unread`: people whose calendars can't be read; `missing`: notices that may not have come.
    """
    desk = _Desk(programme, audience)
    with speaking(ENGLISH):
        told = digest(
            programme=programme.name,
            done=[desk.line(_as_done(each)) for each in trail if each.state in MADE and now - WEEK < each.at <= now],
            waiting=[desk.line(each) for each in trail if each.waits],
            unread=[person.name or person.id for person in programme.people if person.id in unread],
            missing=missing,
            page=audience.page,
        )
    year, week = now.isocalendar()[:2]
    return tuple(desk.to_coordinators(told, f"digest {year}-W{week:02}")) if told else ()


class _Desk:
    """Writes the notices of one programme."""

    def __init__(self, programme: Programme, audience: Audience) -> None:
        self._programme, self._audience = programme, audience
        self._groups = {group.id: group for group in programme.groups}
        self._people = programme.by_id
        self._names = programme.names

    def changes(self, decisions: Sequence[Decision]) -> Iterator[Notice]:
        """To those whose sessions changed."""
        if not decisions or not self._audience.mails:
            return
        for person in self._people.values():
            with speaking(tongue_of(person.locale)):
                lines = [self._line_for(person, each) for each in decisions if self._concerns(person, each)]
                told = self._changed(person, lines)
            if told and person.email:
                yield self._notice(told, _ids(line.decision for line in lines), person.id, person.email)

    def _changed(self, person: Person, lines: Sequence[Line]) -> Words | None:
        if not lines:
            return None
        answered, other = bool(self._audience.coordinators), ""
        if self._audience.private:
            other = self._names_met(person, self._groups[lines[0].decision.group])
        return change_words(lines, programme=self._programme.name, answered=answered, other=other)

    def questions(self, decisions: Sequence[Decision]) -> Iterator[Notice]:
        """To those who have to say."""
        if self._audience.private:
            yield from self._wishes(decisions)
        elif decisions:
            with speaking(ENGLISH):
                told = question_words(
                    [self.line(each) for each in decisions], programme=self._programme.name, page=self._audience.page
                )
            yield from self.to_coordinators(told, _ids(decisions))

    def _wishes(self, decisions: Sequence[Decision]) -> Iterator[Notice]:
        """To the other one of two."""
        if not self._audience.mails or self._audience.people == "none":
            return
        for person in self._people.values():
            with speaking(tongue_of(person.locale)):
                lines = [self._line_for(person, each) for each in decisions if self._is_others(person, each)]
                told = wish_words(lines, programme=self._programme.name) if lines else None
            if told and person.email:
                yield self._notice(told, _ids(line.decision for line in lines), person.id, person.email)

    def to_coordinators(self, told: Words, what: str) -> Iterator[Notice]:
        """The same to each of them, and to each service."""
        for address in self._audience.coordinators if self._audience.mails else ():
            yield self._notice(told, what, COORDINATOR, address)
        for label in self._audience.services:
            yield self._notice(told, what, "", label)

    def line(self, decision: Decision) -> Line:
        """A decision for coordinators: on the clock of the series, which they know by its id."""
        group = self._groups.get(decision.group)
        zone = group.anchor if group else "UTC"
        told = sentence(decision, self._names, zone=zone)
        return Line(decision=decision, head=decision.group, sentence=told, zone=zone)

    def _line_for(self, person: Person, decision: Decision) -> Line:
        """A decision for somebody concerned: on their clock, by the people whom they meet."""
        head = self._whom_they_meet(person, self._groups[decision.group])
        zone = person.boundary.zone
        told = sentence(decision, self._names, zone=zone, reader=person.id)
        return Line(decision=decision, head=head, sentence=told, zone=zone)

    def _whom_they_meet(self, person: Person, group: Group) -> str:
        told = self._names_met(person, group)
        return _("With %(names)s") % {"names": told} if told else group.id

    def _names_met(self, person: Person, group: Group) -> str:
        names = [one_line(self._names[who]) or who for who in group.members if who != person.id]
        more = len(names) - MOST_NAMES
        return listed([*names[:MOST_NAMES], more_of(more)] if more > 0 else names) if names else ""

    def _is_others(self, person: Person, decision: Decision) -> bool:
        """Whether it is about a group of somebody's, and somebody else's word."""
        group = self._groups.get(decision.group)
        return group is not None and person.id in group.members and person.id != decision.by

    def _concerns(self, person: Person, decision: Decision) -> bool:
        """Whether somebody is told of a change: not of their own, and not of new clocks that are their own."""
        group = self._groups.get(decision.group)
        if group is None or not self._is_others(person, decision):
            return False
        if decision.action is Action.CLOCKS and person.boundary.zone == group.anchor:
            return False
        told_already = person.id in self._audience.mailed.get(group.id, ())
        return self._audience.people == "all" or (self._audience.people == "changes" and not told_already)

    def _notice(self, told: Words, what: str, person: str, address: str) -> Notice:
        receiver = person if person not in ("", COORDINATOR) else f"{person} {address}"
        key = hashlib.sha256("\n".join((self._audience.scope, what, receiver)).encode()).hexdigest()
        return Notice(key=key, decision=what, person=person, address=address, subject=told.subject, text=told.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifiers:
    """Who sends what; where nobody does, it stays owed."""

    mail: Notifier | None = None
    services: Notifier | None = None


@dataclass(slots=True)
class Told:
    """What came of telling what was owed. `failed`: surely not sent, and never will be, with the reason in words;
    `missing`: begun at some time, and nobody knows whether it came."""

    sent: int = 0
    waiting: int = 0
    failed: list[tuple[Notice, str]] = field(default_factory=list)
    missing: list[Notice] = field(default_factory=list)


def tell_owed(store: Store, notifiers: Notifiers) -> Told:
    """Send each notice that is owed; any number of processes may do so at once, and be killed at any instant.

    What was begun and never ended is not sent again: a mail may be missing, and none comes twice.
    """
    held = store.notices()
    told = Told(missing=[notice for notice in held if notice.state is NoticeState.BEGUN])
    owed = [notice for notice in held if notice.state is NoticeState.OWED]
    _tell([notice for notice in owed if notice.person], notifiers.mail, store, told)
    _tell([notice for notice in owed if not notice.person], notifiers.services, store, told)
    return told


def _tell(owed: Sequence[Notice], notifier: Notifier | None, store: Store, told: Told) -> None:
    in_vain = 0
    for notice in owed:
        if notifier is None or in_vain == MOST_IN_VAIN:
            told.waiting += 1
        elif store.begin_notice(notice.key):
            in_vain = 0 if _sent(notice, notifier, store, told) else in_vain + 1


def _sent(notice: Notice, notifier: Notifier, store: Store, told: Told) -> bool:
    """Send one that was begun; False: it can't be sent now."""
    try:
        notifier.send(notice)
    except Unavailable:
        store.end_notice(notice.key, NoticeState.OWED)
        told.waiting += 1
        return False
    except InputError as refused:
        store.end_notice(notice.key, NoticeState.FAILED)
        told.failed.append((notice, str(refused)))
    except RondoError:
        told.missing.append(notice)
    else:
        store.end_notice(notice.key, NoticeState.SENT)
        told.sent += 1
    return True


def _ids(decisions: Iterator[Decision] | Sequence[Decision]) -> str:
    return " ".join(each.id for each in decisions)


def _as_done(decision: Decision) -> Decision:
    """What was asked about a session and accepted is what was done about it: it was moved, or left out."""
    if decision.state is not State.ACCEPTED or decision.action not in (Action.CLASH, Action.DECLINE):
        return decision
    return replace(decision, action=Action.MOVE if decision.after else Action.SKIP)
