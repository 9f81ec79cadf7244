"""Why a time is possible or not, what would have to give, and the ways out."""

from collections.abc import Mapping, Sequence
from typing import Any

from scheduler.app.planning.explaining import Explained
from scheduler.core.conflict import Conflict, Conflicts
from scheduler.core.conflict_words import givings_in_words, rule_in_words
from scheduler.core.problem import Problem
from scheduler.core.ways import WayOut, edits, way_in_words
from scheduler.documents.moments import instant


def explained_document(
    problem: Problem,
    found: Explained,
    conflict: Conflicts | None,
    ways: Sequence[WayOut],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """An explanation as far as its audience may know it; `names` are those of people by id."""

    def at(minute: int) -> str:
        return instant(problem.horizon.instant(minute))

    told = found.told
    return {
        "schema": "rondo/why/1",
        "series": told.series,
        "anchor_zone": found.series.anchor_zone,
        "asked": found.slot is not None,
        "dates": [at(start) for start in told.starts],
        "holds": [at(start) for start in told.holds],
        "blockers": [
            {
                "person": blocker.person,
                "limit": str(blocker.limit),
                "detail": blocker.detail,
                "dates": [at(start) for start in blocker.starts],
                "times": [[at(start), at(end)] for start, end in blocker.times],
            }
            for blocker in told.blockers
        ],
        "reasons": list(found.sentences),
        "needed": conflict and conflict.needed,
        "possible": conflict and conflict.possible,
        "smallest": conflict and _set(problem, found, conflict.smallest, names),
        "cheapest": conflict and _set(problem, found, conflict.cheapest, names),
        "ways_out": [_way(way, names) for way in ways],
    }


def _set(
    problem: Problem, explained: Explained, found: Conflict | None, names: Mapping[str, str]
) -> dict[str, Any] | None:
    if found is None:
        return None
    sentences = givings_in_words(found, problem, explained.series, names)
    return {
        "at": rule_in_words(problem, explained.series, found.first, found.slots),
        "holds": found.holds,
        "price": found.price,
        "limits": [
            {
                "person": giving.barrier.person or None,
                "limit": str(giving.barrier.kind),
                "detail": giving.barrier.detail,
                "minutes": giving.minutes,
                "price": giving.price,
                "dates": [instant(problem.horizon.instant(start)) for start in giving.starts],
                "words": words,
            }
            for giving, words in zip(found.givings, sentences, strict=True)
        ],
    }


def _way(way: WayOut, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "way": str(way.way),
        "price": way.price,
        "carries": list(way.carries),
        "happen": way.happen,
        "moved": way.moved,
        "sessions": way.sessions,
        "set": list(edits(way)),
        "words": way_in_words(way, names),
    }
