"""One dot a person on a line of minutes, dots of the same place above each other; all dots together are one path."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 1_000, 100  # of the plot, in its own units
BINS, ROOM = 100, 12  # places beside each other; dots above each other that touch no other
TICKS = 5
LABELLED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on the line in percent of the width, with words; `end`: the words stand on its left."""

    at: float
    words: str
    end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """`path` has a dot for everybody in a box of WIDTH x HEIGHT; `cap` is where too much begins, in percent."""

    people: int
    path: str
    cap: float
    ticks: tuple[Mark, ...]
    worst: tuple[Mark, ...]


def dots(values: Mapping[str, float], cap: float, names: Mapping[str, str]) -> Dots:
    """The picture of minutes by person, with the names of those who carry most."""
    top = _top(max([cap * 1.2, *values.values()]))
    places = {who: min(int(BINS * value / top), BINS - 1) for who, value in values.items()}
    step = HEIGHT / max(ROOM, *Counter(places.values()).values(), 1)
    seen: Counter[int] = Counter()
    parts = []
    for place in places.values():
        parts.append(f"M{place * WIDTH // BINS + WIDTH // BINS // 2} {HEIGHT - round((seen[place] + 0.5) * step)}h0")
        seen[place] += 1
    worst = sorted((who for who in values if values[who] > 0), key=lambda who: -values[who])[:LABELLED]
    return Dots(
        people=len(values),
        path="".join(dict.fromkeys(parts)),
        cap=round(100 * cap / top, 2),
        ticks=tuple(_mark(top * tick / TICKS, top, f"{top * tick / TICKS:g}") for tick in range(TICKS + 1)),
        worst=tuple(_mark(values[who], top, names.get(who, who)) for who in worst),
    )


def _mark(value: float, top: float, words: str) -> Mark:
    at = round(100 * value / top, 2)
    return Mark(at=at, words=words, end=at > 50)


def _top(most: float) -> float:
    """The end of the line: a round number of minutes that is not less."""
    return next(size * step for size in (10, 100, 1_000, 10_000) for step in (1, 2, 3, 5, 10) if size * step >= most)
