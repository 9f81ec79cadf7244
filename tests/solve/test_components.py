"""Which things share anything."""

from scheduler.solve.components import components


def test_what_shares_anything_is_one_part() -> None:
    """Directly or through others, in the order of their first items."""
    assert components("abcde", ["x", "y", "xz", "q", "z"]) == [["a", "c", "e"], ["b"], ["d"]]


def test_what_shares_nothing_is_alone() -> None:
    """Nobody at all is shared by nobody."""
    assert components("ab", ["", ""]) == [["a"], ["b"]]
    assert components("", []) == []
