"""What people are told of decisions, in plain text: those whose sessions changed, and those who have to say."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.core.decision import Action, Decision
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext, noted
from scheduler.core.words import more_of, one_line, when

Whom = Literal["changes", "all", "none"]
"""Who is mailed where their sessions change: whom nothing else tells, all of them, or nobody."""

LONGEST_SUBJECT, MOST_LINES = 120, 40
SHORT = 8  # signs of a decision's id, by which people name it
WHOLE = {
    Action.SHIFT: noted("New time: %(series)s"),
    Action.PAUSE: noted("Paused: %(series)s"),
    Action.RESUME: noted("Resumed: %(series)s"),
}
CHANGED = noted("Changed: %(series)s")


@dataclass(frozen=True, slots=True)
class Words:
    """A subject of one line, and a text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A decision as one reader is told it: `head` says of which series, `zone` is their clock."""

    decision: Decision
    head: str
    sentence: str
    zone: str

    def __str__(self) -> str:
        return f"{self.head}: {self.sentence}" if self.head else self.sentence


def change_words(lines: Sequence[Line], *, programme: str, answered: bool, other: str = "") -> Words:
    """For somebody whose sessions changed. `answered`: answers to the mail come to a person; `other`: whom they meet,
    where the two are by themselves."""
    [first, *more] = lines
    many = ngettext("%(count)s change to your meetings", "%(count)s changes to your meetings", len(lines))
    subject = many % {"count": len(lines)} if more else _happened(first)
    return words(subject, [*bounded(map(str, lines)), "", _if_not(answered, other)], programme)


def wish_words(lines: Sequence[Line], *, programme: str) -> Words:
    """For the other one of two, who has to say: what is wished."""
    waiting = ngettext("A change waits for your word", "%(count)s changes wait for your word", len(lines))
    ending = _("Nothing changes before you agree, by the link to your meetings that you have.")
    return words(waiting % {"count": len(lines)}, [*bounded(map(str, lines)), "", ending], programme)


def question_words(lines: Sequence[Line], *, programme: str, page: str = "") -> Words:
    """For those who have to say: what waits for them, why, and what else would do; `page`: where they say it."""
    stopped = any(line.decision.action is Action.STOP for line in lines)
    waiting = ngettext("A change waits for your word", "%(count)s changes wait for your word", len(lines))
    told = bounded("\n".join(question(line, page)) for line in lines)
    stop = [_("Nothing is written until you say so.")] if stopped else []
    here = _("Say so here: %(page)s") % {"page": page}
    answer = here if page else _("To refuse one, take --refuse; rondo proposals DIR lists what waits.")
    return words(
        _("Writing is stopped") if stopped else waiting % {"count": len(lines)}, [*told, "", *stop, answer], programme
    )


def question(line: Line, page: str) -> Iterator[str]:
    """One that waits; below it why, what else would do, and, without a page for that, how it is accepted."""
    yield str(line)
    if line.decision.why:
        stopped = line.decision.action is Action.STOP
        about = _("Why: %(why)s.") if stopped else _("It waits: %(why)s.")
        yield "  " + about % {"why": _(one_line(line.decision.why))}
    if line.decision.options:
        times = "; ".join(when(option, line.zone, dated=True) for option in line.decision.options)
        yield "  " + _("Other times that would do: %(times)s.") % {"times": times}
    if not page:
        yield "  " + _("To accept it: rondo proposals DIR --accept %(id)s") % {"id": line.decision.id[:SHORT]}


def bounded(lines: Iterable[str]) -> list[str]:
    """The first of so many lines, and how many more there are."""
    told = list(lines)
    more = len(told) - MOST_LINES
    return [*told[:MOST_LINES], _("and %(more)s.") % {"more": more_of(more)}] if more > 0 else told


def words(subject: str, lines: Sequence[str], programme: str) -> Words:
    """What is sent: it says in whose name it comes."""
    name = one_line(programme)
    whole = f"{one_line(subject)} ({name})"
    short = whole if len(whole) <= LONGEST_SUBJECT else f"{whole[: LONGEST_SUBJECT - 1]}…"
    return Words(short, "\n".join([*lines, "", "-- ", _("Rondo, for %(programme)s") % {"programme": name}]) + "\n")


def _if_not(answered: bool, other: str) -> str:
    """Whom to tell where a change does not suit."""
    if other:
        told = {"name": other}
        return _("If that does not suit you, tell %(name)s, or ask for another time among your meetings.") % told
    if answered:
        return _("If that does not suit you, answer this mail: it can be undone.")
    return _("If that does not suit you, ask your coordinator: it can be undone.")


def _happened(line: Line) -> str:
    """One change in a few words."""
    decision, zone = line.decision, line.zone
    before = decision.before and when(decision.before, zone, dated=True)
    after = decision.after and when(decision.after, zone, dated=True)
    if decision.session is None:
        return _(WHOLE.get(decision.action, CHANGED)) % {"series": line.head}
    if before and after:
        return _("Moved: %(before)s to %(after)s") % {"before": before, "after": after}
    if after:
        return _("Taking place again: %(time)s") % {"time": after}
    return _("Not taking place: %(time)s") % {"time": before}
