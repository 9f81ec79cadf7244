"""The words and times of which hours are made, in English and German; `core.hours` puts them together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from scheduler.core.interval import DAY_MINUTES
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.errors import InputError

LONGEST = 2_500  # a week that is painted like a chessboard is not longer
HALF_DAY = DAY_MINUTES // 2
EXAMPLE = noted('Write them like "Mon-Fri 9-17, not 12-13; Wed off".')

EVERY_DAY = range(7)
WORKING_DAYS = range(5)
DAY_NAMES = (
    "mo mon monday mondays montag montags",
    "tu tue tues tuesday tuesdays di dienstag dienstags",
    "we wed weds wednesday wednesdays mi mittwoch mittwochs",
    "th thu thur thurs thursday thursdays do donnerstag donnerstags",
    "fr fri friday fridays freitag freitags",
    "sa sat saturday saturdays samstag samstags sonnabend sonnabends",
    "su sun sunday sundays so sonntag sonntags",
)


class Kind(Enum):
    """What a word does in the grammar."""

    DAYS = "days"
    TIME = "time"
    ALWAYS = "always"
    OFF = "off"
    NOT = "not"
    TO = "to"
    COMMA = "comma"
    AND = "and"
    SEMICOLON = "semicolon"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its column (from 1). `days` of DAYS; of TIME the minutes of the day that it may mean.

    A time that leaves its half of the day open (`5`, not `5pm` or `17`) has two readings, the one on a clock of
    24 hours first.
    """

    kind: Kind
    text: str
    column: int
    days: Sequence[int] = ()
    readings: tuple[int, ...] = ()
    says_half: bool = False


FILLERS = {"at", "but", "from", "on", "von", ":"}
MEANINGS = (
    (Kind.ALWAYS, ("always", "24h", "24/7", "all day", "immer", "ganztags")),
    (Kind.OFF, ("off", "closed", "never", "frei")),
    (Kind.NOT, ("not", "except", "without", "nicht", "außer", "ausser", "ohne")),
    (Kind.TO, ("-", "–", "—", "−", "to", "until", "till", "bis")),
    (Kind.AND, ("and", "und", "&", "+", "/")),
    (Kind.COMMA, (",",)),
    (Kind.SEMICOLON, (";",)),
)
DAYS = {name: (day,) for day, names in enumerate(DAY_NAMES) for name in names.split()} | {
    **dict.fromkeys(("daily", "everyday", "every day", "täglich"), tuple(EVERY_DAY)),
    **dict.fromkeys(("weekday", "weekdays", "workdays", "werktags"), tuple(WORKING_DAYS)),
    **dict.fromkeys(("weekend", "weekends", "wochenende"), (5, 6)),
}
WORDS = {name: kind for kind, names in MEANINGS for name in names} | dict.fromkeys(DAYS, Kind.DAYS)

TOKEN = re.compile(
    r"""(?P<word> 24/7 | 24h(?!\s*[-–—]) | (?:every|all)\s+day | [^\W\d_]+\.? )
      | (?P<hour> [0-9]+ ) (?: [:.h](?P<minute> [0-9]+ ) | h )? (?: \s*(?P<half> [ap])\.?m\b\.? | \s*uhr\b )?
      | (?P<sign> \S )""",
    re.IGNORECASE | re.VERBOSE,
)


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, and an END after them. Raises InputError with the column of an unknown one."""
    if len(text) > LONGEST:
        raise InputError(
            _("hours are at most %(longest)s characters long, not %(length)s.")
            % {"longest": LONGEST, "length": len(text)},
            hint=_(EXAMPLE),
        )
    for match in TOKEN.finditer(text):
        if match["hour"]:
            yield _time(text, match)
        elif match[0].lower() not in FILLERS:
            yield _word(text, match)
    yield Token(Kind.END, "", len(text) + 1)


def complaint(text: str, column: int, what: str, hint: str = "") -> InputError:
    """What is wrong at a column of a text."""
    return InputError(
        _("hours %(text)s, column %(column)s: %(what)s.") % {"text": quoted(text), "column": column, "what": what},
        hint=hint or _(EXAMPLE),
    )


def _word(text: str, match: re.Match[str]) -> Token:
    column = match.start() + 1
    name = " ".join(match[0].lower().rstrip(".").split())
    if name not in WORDS:
        raise complaint(
            text,
            column,
            _("%(text)s is neither a day nor a time") % {"text": quoted(match[0])},
            did_you_mean(name, WORDS),
        )
    return Token(WORDS[name], match[0], column, days=DAYS.get(name, ()))


def _time(text: str, match: re.Match[str]) -> Token:
    column, half = match.start() + 1, (match["half"] or "").lower()
    hours, minutes = match["hour"], match["minute"]
    if minutes is None and len(hours) in (3, 4):
        hours, minutes = hours[:-2], hours[-2:]
    if len(hours) > 2 or len(minutes or "00") != 2:
        raise complaint(text, column, _("%(text)s is no time of the day") % {"text": quoted(match[0])})
    hour, minute = int(hours), int(minutes or 0)
    at = hour * 60 + minute
    if minute > 59 or at > DAY_MINUTES or (half and not 1 <= hour <= 12):
        raise complaint(text, column, _("%(text)s is no time of the day") % {"text": quoted(match[0])})
    return Token(Kind.TIME, match[0], column, readings=_readings(at, half), says_half=bool(half))


def _readings(at: int, half: str) -> tuple[int, ...]:
    if half:
        return (at % HALF_DAY + (HALF_DAY if half == "p" else 0),)
    if at >= HALF_DAY + 60:
        return (at,)
    return (at, (at + HALF_DAY) % DAY_MINUTES)
