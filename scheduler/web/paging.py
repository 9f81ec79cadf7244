"""Lists in pages, sorted and searched as an address says; an address that says nonsense is the first page of all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from scheduler.web.visit import Visit

T = TypeVar("T")
ROWS = 100
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of many rows. `number` counts from 1; `first` is the number of the first row that is shown."""

    rows: Sequence[T]
    number: int
    pages: int
    all: int

    @property
    def first(self) -> int:
        """Of the rows shown, counted from 1."""
        return (self.number - 1) * ROWS + 1

    @property
    def last(self) -> int:
        """Of the rows shown, counted from 1."""
        return self.first + len(self.rows) - 1


def page_of(visit: Visit, rows: Sequence[T]) -> Page[T]:
    """The page that is asked for, or the nearest that there is."""
    pages = max(1, -(-len(rows) // ROWS))
    said = visit.said("page")
    number = min(max(int(said), 1), pages) if said.isascii() and said.isdigit() and len(said) < 9 else 1
    return Page(rows=rows[(number - 1) * ROWS : number * ROWS], number=number, pages=pages, all=len(rows))


def found(visit: Visit, rows: Iterable[T], words: Callable[[T], str]) -> list[T]:
    """The rows that hold all of what is searched for, each word anywhere, whatever its case."""
    asked = visit.said("q")[:LONGEST_SEARCH].casefold().split()
    return [row for row in rows if all(word in words(row).casefold() for word in asked)] if asked else list(rows)


def choice(visit: Visit, name: str, choices: Mapping[str, T]) -> tuple[str, T]:
    """One of some choices by its name; what is none of them is the first."""
    said = visit.said(name)
    key = said if said in choices else next(iter(choices))
    return key, choices[key]


def query(visit: Visit, **changed: Any) -> str:
    """The address of this page with some of its query changed; what is empty is left out. A change leads to page 1."""
    asked = {key: value for key, value in visit.request.query_params.items() if key != "page"}
    url = visit.request.url.remove_query_params(list(visit.request.query_params))
    kept = {key: str(value) for key, value in (asked | changed).items() if value not in ("", None)}
    where = url.include_query_params(**kept) if kept else url
    return f"{where.path}?{where.query}" if where.query else where.path
