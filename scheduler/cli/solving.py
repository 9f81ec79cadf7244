"""`solve`: the solver's interchange formats, without a programme around them; and what its like share."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from scheduler.cli.console import Json, print_json, progress, read_text, to_json, write_text
from scheduler.core.plan import Plan, plan_from_json, plan_to_json
from scheduler.core.problem import Problem, problem_from_json
from scheduler.core.verify import Report, check
from scheduler.documents.scores import score_document
from scheduler.errors import RondoError
from scheduler.solve import Params, Progress, solve

STOPPED = 130
PAUSE_SECONDS = 5.0
PAUSE_SECONDS_TTY = 0.2

ProblemFile = Annotated[Path, typer.Argument(metavar="PROBLEM", help="A rondo-problem/1 file.")]
PreviousFile = Annotated[
    Path | None, typer.Option("--previous", help="The plan that stands: it is repaired, not replaced.")
]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", min=0.1, help="Stop after so many seconds, keep the best.")
]
Workers = Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes; they don't change the plan.")]
Polish = Annotated[
    bool, typer.Option("--polish/--no-polish", help="Better what many series have; without it the plan comes sooner.")
]
StagesFile = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Where the time went, stage by stage, as JSON.")
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, help="Another seed may find another equally good plan.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("solve", epilog="Example: rondo solve problem.json -o plan.json")(solve_file)


def solve_file(
    problem_file: ProblemFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the plan is written.")] = Path("plan.json"),
    previous: PreviousFile = None,
    time_limit: TimeLimit = None,
    workers: Workers = 1,
    seed: Seed = 1,
    polish: Polish = True,
    stages_file: StagesFile = None,
    json: Json = False,
) -> None:
    """Find a plan for a problem file."""
    stages = Stages(reporter())
    stages.enter("read")
    problem = read_problem(problem_file)
    before = read_plan(previous) if previous else None
    params = Params(seed=seed, workers=workers, time_limit=time_limit, polish=polish)
    stages.enter("prepare")
    with stoppable() as stop:
        plan = solve(problem, before, params=params, stop=stop, report=stages)
    stages.enter("check")
    report = check(problem, plan, before)
    if report.faults:
        raise RondoError(f"the plan breaks a rule and is not used: {report.faults[0]}. This is a fault of Rondo's.")
    write_text(output, to_json(plan_to_json(plan)))
    if stages_file:
        write_text(stages_file, to_json(stages.document()))
    if json:
        print_json(solve_document(report, plan))
    else:
        tell_score(report, plan)
    if stop.is_set():
        raise typer.Exit(STOPPED)


def read_problem(path: Path) -> Problem:
    """A problem file; raises InputError."""
    return problem_from_json(read_text(path), str(path))


def read_plan(path: Path) -> Plan:
    """A plan file; raises InputError."""
    return plan_from_json(read_text(path), str(path))


@dataclass
class Stages:
    """Passes progress on, and notes how long each stage takes, in seconds on the wall, in the order of the first steps.

    A stage lasts until the next one begins; one that comes again is counted together.
    """

    tell: Callable[[Progress], None]
    seconds: dict[str, float] = field(default_factory=dict)
    last: Progress | None = None
    current: str = ""
    since: float = field(default_factory=time.monotonic)

    def __call__(self, at: Progress) -> None:
        """Hear of one step."""
        self.enter(at.stage)
        self.last = at
        self.tell(at)

    def enter(self, stage: str) -> None:
        """A stage begins, or goes on."""
        now = time.monotonic()
        if self.current:
            self.seconds[self.current] += now - self.since
        self.seconds.setdefault(stage, 0.0)
        self.current, self.since = stage, now

    def document(self) -> dict[str, object]:
        """All stages until now, as JSON."""
        self.enter(self.current)
        stages = [{"stage": stage, "seconds": round(seconds, 3)} for stage, seconds in self.seconds.items()]
        best = {"happen": self.last.happen, "bound": self.last.bound, "gap": self.last.gap} if self.last else {}
        return {"schema": "rondo/report/1", "stages": stages, "seconds": round(sum(self.seconds.values()), 3), **best}


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Ctrl-C sets the event instead of raising, so that the solver can hand over the best plan so far."""
    stop = threading.Event()

    def interrupt(_: int, __: FrameType | None) -> None:
        progress("stopping: keeping the best plan so far")
        stop.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def reporter() -> Callable[[Progress], None]:
    """Progress on stderr: on a terminal one line that changes, elsewhere a line every five seconds."""
    tty = sys.stderr.isatty()
    last = [time.monotonic()]

    def report(at: Progress) -> None:
        if time.monotonic() - last[0] < (PAUSE_SECONDS_TTY if tty else PAUSE_SECONDS):
            return
        last[0] = time.monotonic()
        found = f"{at.happen} sessions placed, " if at.happen else ""
        gap = f" (gap {at.gap:.1%})" if at.happen else ""
        text = f"{at.stage} {at.done}/{at.of}: {found}at most {at.bound} possible{gap} - Ctrl-C keeps the best so far"
        typer.echo(f"\r{text:<90}" if tty else text, err=True, nl=not tty)

    return report


def tell_score(report: Report, plan: Plan) -> None:
    """The score of a checked plan in words."""
    score = report.score
    bound = f", at most {plan.meta['bound']} are possible" if "bound" in plan.meta else ""
    typer.echo(
        f"{score.happen} of {score.planned} sessions take place ({score.held} held, {score.moved} moved, "
        f"{score.pinned} pinned){bound}."
    )
    typer.echo(
        f"strain {score.strain}, worst burden {score.worst_burden:.1f} min a session, discomfort {score.discomfort}, "
        f"{len(report.faults)} violations"
    )


def solve_document(report: Report, plan: Plan) -> dict[str, object]:
    """A checked plan's score, meta and broken rules as JSON (rondo/solve/1)."""
    found = {"score": score_document(report), "meta": dict(plan.meta), "violations": list(report.faults)}
    return {"schema": "rondo/solve/1", **found}
