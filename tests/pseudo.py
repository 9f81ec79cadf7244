"""Languages that nobody speaks: English with accents and 40 % longer (en-XA), and the same from right to left (en-XB).

What a page says in them was marked for translation; what stays plain was not. Pages have to hold both.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from unittest.mock import patch

from scheduler.core.tongues import CATALOGUES

LONG, MIRRORED = "en-XA", "en-XB"
ACCENTS = str.maketrans("aeiouyncAEIOUYNC", "áéíóúýñçÁÉÍÓÚÝÑÇ")
VALUE = re.compile(r"(%\(\w+\)[sd]|%%|https?://\S*|\n)")
MORE = 0.4


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
    return (" lorem ipsum" * len(message))[: round(MORE * len(VALUE.sub("", message)))]


@contextmanager
def spoken() -> Iterator[None]:
    """Rondo speaks both as long as the block lasts."""
    with patch.dict(CATALOGUES, {LONG: lambda _: Pseudo("ltr"), MIRRORED: lambda _: Pseudo("rtl")}):
        yield
