"""Proposals to take turns, as `plan` and `fairness` show them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from scheduler.flow import Planned
from scheduler.solve import Params
from scheduler.solve.advice.rotation import TURNS, Proposal, proposals


def proposed(planned: Planned, params: Params) -> tuple[Proposal, ...]:
    """Circles that should take turns; of a programme that is published none: people keep what they have.

    Under a time limit nothing is searched for beyond the plan itself.
    """
    settled = planned.posed.previous is not None or params.time_limit is not None
    return () if settled else proposals(planned.posed.problem, planned.plan, params)


def show_proposals(to: Console, found: Sequence[Proposal]) -> None:
    """A line for each."""
    if found:
        to.print("\nTaking turns", style="bold")
        for each in found:
            to.print(f"  {each.words}", soft_wrap=True)


def proposals_document(found: Sequence[Proposal]) -> list[dict[str, Any]]:
    """The figures of each, and the line of programme.toml that it takes."""
    figures = ("hours_apart", "worst", "worst_then", "happen", "happen_then")
    return [
        {"group": each.series, "rotation": TURNS, **{name: asdict(each)[name] for name in figures}, "words": each.words}
        for each in found
    ]
