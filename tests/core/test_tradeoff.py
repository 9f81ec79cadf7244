"""What a larger slack buys, in a sentence and as a chart."""

from scheduler.core.plan import Score
from scheduler.core.tradeoff import Trade, chart, next_step


def trade(slack: int, worst: float, moved: int, happen: int = 20, above: float = 0.0) -> Trade:
    """A point of the curve."""
    score = Score(
        planned=20,
        held=happen - moved,
        moved=moved,
        pinned=0,
        skipped=20 - happen,
        unplaced_series=0,
        changed=0,
        absences=0,
        excess_moves=0,
        worst_burden=worst,
        total_pain=100,
        keep=None,
    )
    return Trade(slack, score, above)


TRADES = [trade(0, 90.0, 1, above=30.0), trade(1, 60.5, 3, above=10.0), trade(2, 60.5, 3), trade(3, 40.0, 4, 19)]


def test_the_next_slack_is_told_with_its_price() -> None:
    """How much lower the worst burden would be, and for how many moved sessions."""
    assert next_step(TRADES, 0) == (
        "A slack of 1 would bring the worst burden from 90.0 to 60.5 minutes a session, "
        "at 3 moved sessions instead of 1."
    )


def test_a_slack_that_buys_nothing_is_called_so() -> None:
    """The same burden again."""
    assert next_step(TRADES, 1) == "A slack of 2 would bring the worst burden no lower."


def test_sessions_that_are_lost_are_told() -> None:
    """A search that was not proven may lose one on the way."""
    assert next_step(TRADES, 2).endswith(", and 19 that take place instead of 20.")


def test_nothing_is_said_of_what_was_not_planned() -> None:
    """Neither beyond the last slack, nor between others."""
    assert next_step(TRADES, 3) == ""
    assert next_step(TRADES[:1], 0) == ""


def test_the_chart_has_both_lines_and_the_moves() -> None:
    """The programme's own slack is marked."""
    found = chart(TRADES, 1, "Spring")
    assert found.x == ("0", "1 (now)", "2", "3")
    assert found.under == ("1", "3", "3", "4")
    assert [line.values for line in found.lines] == [(90.0, 60.5, 60.5, 40.0), (30.0, 10.0, 0.0, 0.0)]
    assert found.title == "Spring: what moved dates buy"
