"""How people want to read is kept by who they are."""

from collections.abc import Callable

from scheduler.core.reader import Reader
from scheduler.store import SqlEngine, SqlReaders

GERMAN = Reader(locale="de", clock="24", zone="Europe/Berlin")


def test_a_choice_takes_the_place_of_an_earlier_one(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """For everybody as whom somebody acts, in whichever process."""
    SqlReaders(engine).keep(["person/spring/ana", "person/autumn/ana"], Reader(clock="12"))
    SqlReaders(engine).keep(["person/spring/ana"], GERMAN)
    held = SqlReaders(another())
    assert held.first(["person/spring/ana", "person/autumn/ana"]) == GERMAN
    assert held.first(["person/autumn/ana", "person/spring/ana"]) == Reader(clock="12")


def test_who_chose_nothing_has_no_choice(engine: SqlEngine) -> None:
    """Nor has nobody."""
    SqlReaders(engine).keep([], GERMAN)
    assert SqlReaders(engine).first(["identity/1"]) is None
    assert SqlReaders(engine).first([]) is None
