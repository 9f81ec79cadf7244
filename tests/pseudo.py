"""Languages that nobody speaks: English with accents and 40 % longer (en-XA), and the same from right to left (en-XB).

What a page says in them was marked for translation; what stays plain was not. Pages have to hold both.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from html.parser import HTMLParser
from unittest.mock import patch

from scheduler.core.tongues import CATALOGUES

LONG, MIRRORED = "en-XA", "en-XB"
ACCENTS = str.maketrans("aeiouyncAEIOUYNC", "áéíóúýñçÁÉÍÓÚÝÑÇ")
VALUE = re.compile(r"(%\(\w+\)[sd]|%%|https?://\S*|\n)")
MORE = 0.4
NO_WORDS = re.compile(r"""\S*[@_/:]\S*|\S+\.\w\S*|["“][^"”]*["”]""")  # addresses, names of files, what somebody typed
WORD = re.compile(r"[^\W\d_]{3,}")
NOT_OURS = frozenset(("pre", "code", "kbd", "samp", "textarea", "script", "style", "datalist"))
"""Elements that hold no words of a page's own."""


class Pseudo(NullTranslations):
    """Translations of any message, made as they are asked for."""

    def __init__(self, direction: str) -> None:
        super().__init__()
        self._info = {"language": "en", "x-direction": direction}

    def gettext(self, message: str) -> str:
        """Longer, with accents, and with its values as they are."""
        accented = "".join(part if VALUE.fullmatch(part) else part.translate(ACCENTS) for part in VALUE.split(message))
        return accented + _padding(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """As the form that goes with a number."""
        return self.gettext(one if count == 1 else many)


def _padding(message: str) -> str:
    """Words, so that lines may break in it as they do in a language."""
    return (" lórém ípsúm" * len(message))[: round(MORE * len(VALUE.sub("", message)))]


def plain_words(html: str, known: Collection[str]) -> list[str]:
    """The words of a page that nobody marked for translation, but for those of names and dates that are `known`."""
    reader = _Texts()
    reader.feed(html)
    reader.close()
    words = (word for text in reader.texts for word in words_of(text))
    return sorted({word for word in words if word.isascii() and word != word.translate(ACCENTS)} - set(known))


def words_of(text: str) -> list[str]:
    """Without addresses, and without what is quoted."""
    return WORD.findall(NO_WORDS.sub(" ", text))


class _Texts(HTMLParser):
    """What a page says, and what it says of its parts to whoever hears it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in NOT_OURS
        self.texts += [said or "" for name, said in attrs if name in ("aria-label", "title", "placeholder", "alt")]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in NOT_OURS

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


@contextmanager
def spoken() -> Iterator[None]:
    """Rondo speaks both as long as the block lasts."""
    with patch.dict(CATALOGUES, {LONG: lambda _: Pseudo("ltr"), MIRRORED: lambda _: Pseudo("rtl")}):
        yield
