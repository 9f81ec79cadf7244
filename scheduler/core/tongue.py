"""The language, clock and calendar week of whoever reads: what words are told in.

It is set at the doors (a page, a mail, the command line) for as long as they speak to somebody, so that sentences need
not hand it on: `with speaking(tongue): ...`. Messages in the code are English; catalogues translate them (gettext).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from gettext import NullTranslations

from babel import Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """`locale` says how dates and numbers look and on which weekday a week begins; `clock_24` which clock is read.

    `translations` are those of the words' language, which is one that Rondo speaks, and may be another.
    """

    locale: Locale
    clock_24: bool = True
    translations: NullTranslations = field(default_factory=NullTranslations)

    @property
    def language(self) -> str:
        """Of the words: `en`, `de`."""
        return self.translations.info().get("language", "en")

    @property
    def words(self) -> Locale:
        """That of the names of days and months, since a text speaks one language: its own where words are in it."""
        return self.locale if self.locale.language == self.language else Locale.parse(WHOSE.get(self.language, "en_GB"))

    @property
    def direction(self) -> str:
        """In which the words run: `ltr` or `rtl`."""
        return "rtl" if self.translations.info().get("x-direction") == "rtl" else "ltr"

    @property
    def first_weekday(self) -> int:
        """Monday is 0."""
        return self.locale.first_week_day


WHOSE = {"de": "de_DE"}
"""Whose manner of writing dates goes with words in a language that is not the reader's."""
ENGLISH = Tongue(locale=Locale("en", "GB"))
_current: ContextVar[Tongue] = ContextVar("tongue", default=ENGLISH)


def tongue() -> Tongue:
    """That of whoever is spoken to now; English with 24 hours where nobody said otherwise."""
    return _current.get()


def speak(one: Tongue) -> None:
    """Speak so from here on, in this thread or task and in those that begin in it."""
    _current.set(one)


@contextmanager
def speaking(one: Tongue) -> Iterator[None]:
    """Speak so as long as the block lasts."""
    token = _current.set(one)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str) -> str:
    """A message in the language of whoever is spoken to."""
    return tongue().translations.gettext(message)


def noted(message: str) -> str:
    """A message that is translated where it is told: marks it for the catalogues."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a message that goes with a number."""
    return tongue().translations.ngettext(one, many, count)
