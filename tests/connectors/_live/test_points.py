"""A run of a check: each point told at once, and nothing left behind, whatever happens."""

from collections.abc import Callable

import pytest

from connectors._live.answers import NotAllowed, Said
from connectors._live.points import Desk, Finding, Outcome, Point, Told, closed, examine, names_of, sorted_out
from scheduler.errors import CredentialsRejected, Unavailable


class Board(Desk):
    """A calendar in memory. `stuck`: ids that can't be deleted. `deaf`: it can't be searched."""

    def __init__(self, *there: str, writes: bool = True) -> None:
        super().__init__()
        self.there, self.stuck, self.deaf = set(there), set[str](), False
        self._writes = writes
        self.calls = 0

    @property
    def writes(self) -> bool:
        """Whether it may be written."""
        return self._writes

    def listed(self) -> set[str]:
        """What bears our mark."""
        self.calls += 1
        if self.deaf:
            raise Unavailable("it does not answer.")
        return set(self.there)

    def delete(self, id_: str) -> None:
        """Take one away."""
        self.calls += 1
        if id_ in self.stuck:
            raise Unavailable("it does not answer.")
        self.there.discard(id_)

    def making(self, id_: str, then: Callable[[], Told]) -> Point:
        """A point that makes an event, and goes on."""

        def ask() -> Told:
            self.left.add(id_)
            self.there.add(id_)
            return then()

        return Point(id_, "?", ask)


def raising(fault: BaseException) -> Callable[[], Told]:
    """What is asked, and fails."""

    def ask() -> Told:
        raise fault

    return ask


def test_each_point_is_told_and_everything_is_deleted() -> None:
    """Answers, what fails, what is not allowed and what can't be asked; a run that was killed left something, too."""
    board, told = Board("of an earlier run"), list[Finding]()
    points = [
        board.making("a", lambda: Told("yes", {"status": 200})),
        board.making("b", raising(Unavailable("it does not answer."))),
        board.making("c", raising(NotAllowed("scope missing"))),
        closed("d", "?", "it takes an address"),
    ]
    examine(points, board, told.append)
    assert [(each.name, str(each.outcome), each.told.words) for each in told] == [
        ("a", "answered", "yes"),
        ("b", "no answer", "it does not answer."),
        ("c", "not asked", "scope missing"),
        ("d", "not asked", "it takes an address"),
    ]
    assert (board.there, board.left, board.searched) == (set(), set(), True)


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), CredentialsRejected("sign in."), ZeroDivisionError()])
def test_whatever_ends_a_run_the_desk_is_swept(fault: BaseException) -> None:
    """And what ended it is raised; nothing more is asked."""
    board, told = Board(), list[Finding]()
    points = [board.making("a", lambda: Told("yes")), board.making("b", raising(fault)), board.making("c", Told)]  # type: ignore[arg-type]  # it is never called
    with pytest.raises(type(fault)):
        examine(points, board, told.append)
    assert [each.name for each in told] == ["a"]
    assert (board.there, board.left) == (set(), set())


def test_what_can_not_be_deleted_is_known() -> None:
    """By its id, and the rest is deleted."""
    board = Board()
    board.stuck.add("b")
    examine([board.making(each, lambda: Told("yes")) for each in "abc"], board, lambda _: None)
    assert (board.there, board.left, board.searched) == ({"b"}, {"b"}, True)


def test_what_is_known_is_deleted_even_where_nothing_can_be_searched() -> None:
    """But then it is not known whether that was all."""
    board = Board()

    def deafen() -> Told:
        board.deaf = True
        return Told("yes")

    examine([board.making("a", deafen)], board, lambda _: None)
    assert (board.there, board.left, board.searched) == (set(), set(), False)


def test_a_calendar_that_can_not_be_looked_at_is_not_written() -> None:
    """Else nobody could tidy up."""
    board = Board()
    board.deaf = True
    with pytest.raises(Unavailable):
        examine([board.making("a", lambda: Told("yes"))], board, lambda _: None)
    assert (board.there, board.began) == (set(), False)


def test_where_nothing_may_be_written_nothing_is_tidied() -> None:
    """The points that read are asked all the same."""
    board, told = Board("somebody's", writes=False), list[Finding]()
    examine([Point("a", "?", lambda: Told("yes"))], board, told.append)
    assert [each.outcome for each in told] == [Outcome.ANSWERED]
    assert (board.there, board.calls, board.began) == ({"somebody's"}, 0, False)


def test_titles_are_of_one_run() -> None:
    """So that a person can find what one left."""
    assert Board().title.startswith("Rondo live check ")
    assert Board().title != Board().title


def test_conditions_are_sorted_by_what_they_answered() -> None:
    """In words, each kind of write once."""
    assert sorted_out({"a": 412, "b": 200, "c": 412}, 412) == "Honoured by a, c. Ignored by b."
    assert sorted_out({"a": 204, "b": 400}, 412) == "Ignored by a. Answered otherwise by b: 400."


def test_of_fields_only_names_are_seen() -> None:
    """Those that say something in any of the events."""
    assert names_of([{"id": "1", "subject": ""}, {"subject": "x", "body": None}, "no event"]) == ["id", "subject"]


def test_an_answer_is_needed_or_told_why_not() -> None:
    """403 is a permission that the account has not; everything else is a failure."""
    assert Said("Google", 200, "", {"id": "1"}).needed("it") == {"id": "1"}
    with pytest.raises(NotAllowed, match="403 forbidden"):
        Said("Google", 403, "forbidden", {}).needed("it")
    with pytest.raises(Unavailable, match=r"^Google refuses it: 400\.$"):
        Said("Google", 400, "", {}).needed("it")
