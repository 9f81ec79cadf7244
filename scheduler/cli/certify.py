"""`verify`: whether a plan keeps its problem's rules, what it is worth, and how much better any plan could be."""

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.console import Json, bound_in_words, print_json
from scheduler.cli.solving import (
    STOPPED,
    PreviousFile,
    ProblemFile,
    read_plan,
    read_problem,
    reporter,
    solve_document,
    stoppable,
    tell_score,
)
from scheduler.core.plan import Plan
from scheduler.core.verify import Report, check
from scheduler.errors import RondoError
from scheduler.solve import Bound, certified

ORIGINS = {
    "free": "if each series were alone",
    "lp": "by linear relaxation of what people share",
    "exact": "by search of all that people share",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify", epilog="Example: rondo verify problem.json plan.json --bound")(verify_file)


def verify_file(
    problem_file: ProblemFile,
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="A rondo-plan/1 file.")],
    previous: PreviousFile = None,
    bound: Annotated[bool, typer.Option("--bound", help="Find out, too, how many sessions any plan can have.")] = False,
    json: Json = False,
) -> None:
    """Check a plan against its problem by a way of its own, and score it. Exits with 1 where a rule is broken."""
    problem, plan = read_problem(problem_file), read_plan(plan_file)
    before = read_plan(previous) if previous else None
    report = _with_claim(check(problem, plan, before), plan)
    known = None
    with stoppable() as stop:
        if bound:
            known = certified(problem, plan, before, stop=stop, report=reporter())
    if known and not report.faults and known.happen < report.score.happen:
        raise RondoError(f"the bound of {known.happen} is below what takes place. This is a fault of Rondo's.")
    _tell(report, plan, known, json)
    if report.faults:
        raise typer.Exit(1)
    if stop.is_set():
        raise typer.Exit(STOPPED)


def _with_claim(report: Report, plan: Plan) -> Report:
    """The report, and a fault more where a plan that keeps all rules has more sessions than it says are possible."""
    claim = plan.meta.get("bound")
    if report.faults or not isinstance(claim, int) or claim >= report.score.happen:
        return report
    return Report((f"meta: its bound is {claim}, and {report.score.happen} sessions take place",), report.score)


def _tell(report: Report, plan: Plan, known: Bound | None, json: bool) -> None:
    if json:
        found = {"bound": {"happen": known.happen, "by": known.by}} if known else {}
        print_json(solve_document(report, plan) | found)
        return
    for fault in report.faults:
        typer.echo(f"violation: {fault}")
    tell_score(report, plan)
    if known:
        more = bound_in_words(report.score.happen, known.happen)
        typer.echo(f"Found anew, {ORIGINS[known.by]}: no plan has more than {known.happen} sessions. {more}")
