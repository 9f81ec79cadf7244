"""Which things share anything."""

from scheduler.solve.components import components, neighbours_near


def test_what_shares_anything_is_one_part() -> None:
    """Directly or through others, in the order of their first items."""
    assert components("abcde", ["x", "y", "xz", "q", "z"]) == [["a", "c", "e"], ["b"], ["d"]]


def test_what_shares_nothing_is_alone() -> None:
    """Nobody at all is shared by nobody."""
    assert components("ab", ["", ""]) == [["a"], ["b"]]
    assert components("", []) == []


def test_neighbours_stand_near() -> None:
    """The order goes from each item to those that share something with it."""
    assert neighbours_near("abcd", ["x", "y", "x", "y"]) == ["a", "c", "b", "d"]
