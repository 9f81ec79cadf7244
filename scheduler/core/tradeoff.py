"""What a larger slack buys: the same programme planned with each, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.core.chart import Chart, Line
from scheduler.core.plan import Score


@dataclass(frozen=True, slots=True)
class Trade:
    """The score of a plan that was made with a slack; `above`: the largest burden beyond what can't be avoided."""

    slack: int
    score: Score
    above: float


def next_step(trades: Sequence[Trade], slack: int) -> str:
    """What the next larger slack would buy, in a sentence; empty where either of the two is not known."""
    known = {each.slack: each.score for each in trades}
    if slack not in known or slack + 1 not in known:
        return ""
    now, then = known[slack], known[slack + 1]
    words = f"A slack of {slack + 1} would bring the worst burden"
    if round(then.worst_burden, 1) >= round(now.worst_burden, 1):
        return f"{words} no lower."
    price = f"at {then.moved} moved sessions instead of {now.moved}"
    lost = "" if then.happen >= now.happen else f", and {then.happen} that take place instead of {now.happen}"
    return f"{words} from {now.worst_burden:.1f} to {then.worst_burden:.1f} minutes a session, {price}{lost}."


def chart(trades: Sequence[Trade], slack: int, name: str) -> Chart:
    """The curve of a programme whose own slack is given."""
    return Chart(
        title=f"{name}: what moved dates buy",
        y_axis="minutes outside preferred hours, per session",
        x_axis="slack, and below it all moved sessions",
        x=tuple(f"{each.slack} (now)" if each.slack == slack else str(each.slack) for each in trades),
        under=tuple(str(each.score.moved) for each in trades),
        lines=(
            Line("worst burden", tuple(each.score.worst_burden for each in trades)),
            Line("worst above what can't be avoided", tuple(each.above for each in trades)),
        ),
    )
