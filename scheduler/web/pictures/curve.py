"""How the best plan grew while it was sought: meetings placed by seconds, below the most that are possible at all."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 8, 312, 28, 124


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Steps as the `points` of a polyline; `bound_y` is the line above which nothing can be. All in units of the box.

    `seconds` and `happen` are those of the last point.
    """

    points: str
    bound_y: float
    seconds: float
    happen: int
    width: int = WIDTH
    height: int = HEIGHT


def curve(found: Sequence[tuple[float, int]], bound: int, seconds: float) -> Curve | None:
    """Of [seconds, meetings] in their order, until `seconds`; None where there is nothing to draw yet."""
    if not found:
        return None
    until, most = max(seconds, found[-1][0], 0.1), max(bound, found[-1][1], 1)
    least = min(found[0][1], most - 1)

    def x(at: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * at / until, 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - least) / (most - least), 1)

    corners = [(x(found[0][0]), y(found[0][1]))]
    for at, happen in found[1:]:
        corners += [(x(at), corners[-1][1]), (x(at), y(happen))]
    corners.append((x(until), corners[-1][1]))
    return Curve(
        points=" ".join(f"{across},{down}" for across, down in corners),
        bound_y=y(bound),
        seconds=round(until, 1),
        happen=found[-1][1],
    )
