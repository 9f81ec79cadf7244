"""Time zones by name: which there are, and which one somebody meant."""

from functools import lru_cache
from zoneinfo import available_timezones

NO_ZONES = {"localtime", "posixrules", "Factory"}


@lru_cache(maxsize=1)
def all_zones() -> frozenset[str]:
    """The names of the tzdata package that are time zones."""
    return frozenset(available_timezones() - NO_ZONES)


def is_zone(name: str) -> bool:
    """Whether this is, to the letter, the name of a zone (core.problem asks of its JSON form)."""
    return name in all_zones()
