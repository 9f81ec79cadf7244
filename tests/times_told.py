"""Whether every time that people read says its weekday and its place, or the offset from UTC: a checker for all doors.

Where a clock differs on some dates, as at a change of clocks, the dates stand for the weekday.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from scheduler.core.tongue import gettext, speaking
from scheduler.core.tongues import LANGUAGES, tongue_of
from scheduler.core.words import LONG_DAYS, month_name, place, weekday
from scheduler.core.zones import all_zones

CLOCK = r"(?<![\d:+-])(?:[01]?\d|2[0-4]):[0-5]\d(?!:?\d)(?:[\xa0\u202f ][AaPp]\.?[Mm]\b)?"
ABBREVIATED = re.compile(r"\b(?:[ECMP][SD]T|[AN]ST|CES?T|BST|IST|JST|WES?T|EES?T|GMT)\b")
INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong"),
        *("sub", "sup", "time", "tspan", "u", "var", "wbr"),
    )
)
EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
SILENT = frozenset(("script", "style", "template", "datalist"))


def bare_times(text: str, context: str = "") -> list[str]:
    """The times of a text that lack weekday, or place and offset. `context`: what its headings say, as of a table."""
    whole, places = f"{context} {text}", _places()
    found = []
    for match in re.finditer(CLOCK, text):
        before = f"{context} {text[: match.start()]}"
        if not (_days().search(before) and (places.search(whole) or "UTC" in whole)):
            found.append(text[max(0, match.start() - 40) : match.end() + 30])
    return found + ABBREVIATED.findall(text)


def bare_in_page(html: str) -> list[str]:
    """The same, of everything that a page says; a cell of a table is read under its headings and its caption."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [
        f"{found!r} in {block.text!r}" for block in reader.blocks for found in bare_times(block.text, block.context)
    ]


@dataclass
class _Block:
    text: str
    context: str = ""


@dataclass
class _Table:
    caption: str = ""
    heads: list[str] = field(default_factory=list)
    row: str = ""
    column: int = 0
    in_head: bool = True


class _Reader(HTMLParser):
    """The text of each block of a page, and the headings that it is read under."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._tables: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        for name in ("aria-label", "title", "placeholder", "content"):
            if said.get(name) and tag != "meta":
                self.blocks.append(_Block(said[name] or "", self._context()))
        if tag not in INLINE:
            self._end()
        if tag == "table":
            self._tables.append(_Table())
        if tag == "tr" and self._tables:
            self._tables[-1].row, self._tables[-1].column = "", 0
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self._end()
        if tag == "table" and self._tables:
            self._tables.pop()
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not SILENT.intersection(self._open):
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _context(self) -> str:
        if not self._tables:
            return ""
        table = self._tables[-1]
        head = table.heads[table.column] if table.column < len(table.heads) else ""
        return f"{table.caption} {head} {table.row}"

    def _end(self) -> None:
        text, self._text = " ".join("".join(self._text).split(" ")).strip(), []
        cell = next((tag for tag in reversed(self._open) if tag not in INLINE), "")
        if text:
            self.blocks.append(_Block(" ".join(text.split("\n")), self._context()))
        if self._tables and cell in ("caption", "th", "td"):
            self._headed(cell, text)

    def _headed(self, cell: str, text: str) -> None:
        table = self._tables[-1]
        if cell == "caption":
            table.caption = text
            return
        if cell == "th" and "thead" in self._open:
            table.heads.append(text)
        elif cell == "th":
            table.row = text
        table.column += 1


@lru_cache
def _days() -> re.Pattern[str]:
    """Weekdays in all our languages, short and as they come back."""
    said = set()
    for language in LANGUAGES:
        with speaking(tongue_of(language)):
            said |= {weekday(day) for day in range(7)} | {gettext(day) for day in LONG_DAYS}
            said |= {month_name(month) for month in range(1, 13)}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, said))})\b")


@lru_cache
def _places() -> re.Pattern[str]:
    """The cities of all zones, in all our languages."""
    said = set()
    for language in LANGUAGES:
        with speaking(tongue_of(language)):
            said |= {place(zone) for zone in all_zones()}
    return re.compile(rf"(?:{'|'.join(map(re.escape, sorted(said, key=len, reverse=True)))})")
