"""The languages that Rondo speaks: catalogues in `scheduler/words`, read as they are, without a step of compiling."""

from collections.abc import Callable
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scheduler.core.tongue import Tongue

WORDS = Path(__file__).parents[1] / "words"
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Those of our words, in their own words."""
OURS = "en-GB"  # of whoever says English, or nothing that is known


def tongue_of(locale: str, *, clock: str = "") -> Tongue:
    """How somebody is spoken to whose locale is written like `de-AT`; `clock` is "12", "24", or "" for the locale's.

    Words are in its language if Rondo speaks it, else in English; clock, week and numbers are always the locale's.
    """
    return _tongue(locale.replace("_", "-"), clock)


@lru_cache(maxsize=500)
def _tongue(name: str, clock: str) -> Tongue:
    try:
        locale = _somewhere(Locale.parse(OURS if name == "en" else name, sep="-"))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(OURS, sep="-")
    language = negotiate_locale([name, locale.language], CATALOGUES, sep="-") or "en"
    hours = clock == "24" if clock else "H" in locale.time_formats["short"].pattern
    return Tongue(locale=locale, clock_24=hours, translations=CATALOGUES[language](language))


def _somewhere(locale: Locale) -> Locale:
    """A language without a country is that of the country where most speak it: its weeks begin as they do there."""
    if locale.territory:
        return locale
    return Locale.parse(get_global("likely_subtags").get(str(locale), str(locale)))


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    file = WORDS / f"{language}.po"
    if not file.is_file():  # English is what the messages say
        return NullTranslations()
    with file.open("rb") as said:
        catalogue = read_po(said, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


CATALOGUES: dict[str, Callable[[str], NullTranslations]] = dict.fromkeys(LANGUAGES, _catalogue)
"""Where the words of each language come from; tests add pseudo-locales."""
