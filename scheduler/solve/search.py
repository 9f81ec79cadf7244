"""Runs the solvers so that the same model gives the same answer, and that they can be stopped at any moment."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from ortools.sat.python.cp_model import FEASIBLE, INFEASIBLE, OPTIMAL, CpModel, CpSolver, LinearExprT

from scheduler.solve.relax import Relaxation, Relaxed

LOOK_UP_SECONDS = 0.05  # how often a running search looks whether it should stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How to search. The same seed gives the same plan, for any number of workers, unless `time_limit` cuts in.

    `workers`: most processes at once. `time_limit`: seconds on the wall, None for no limit. Without `polish` many
    series get their rules and moves, and are not bettered further.
    """

    seed: int = 1
    workers: int = 1
    time_limit: float | None = None
    polish: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The values of a model's variables at the least cost found, and whether that is proven to be the least.

    None where the search ended without any.
    """

    values: tuple[int, ...] | None = None
    cost: int = 0
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """One run of the solver: its parameters, its end, and whether that end has cut anything short.

    `effort`: the deterministic time that one model may take; near to seconds, but the same on every machine.
    """

    params: Params
    stop: Event
    effort: float
    deadline: float | None
    cut: Event = field(default_factory=Event)

    @staticmethod
    def begin(params: Params, stop: Event, effort: float) -> "Search":
        """A search that begins now."""
        limit = params.time_limit
        return Search(params, stop, effort, None if limit is None else time.monotonic() + limit)

    @property
    def is_over(self) -> bool:
        """Whether to stop now, which is noted; the wall clock is asked only where a limit was given."""
        if self.stop.is_set() or (self.deadline is not None and time.monotonic() >= self.deadline):
            self.cut.set()
        return self.cut.is_set()

    @property
    def was_cut(self) -> bool:
        """Whether a limit or a stop has cut anything short."""
        return self.cut.is_set()

    def relax(self, relaxation: Relaxation, *, dive: bool = True) -> Relaxed:
        """Solve the linear relaxation of a model with an objective, and dive from there to a whole solution."""
        found: list[Relaxed] = []
        if not self.is_over:
            self._wait(lambda: found.append(relaxation.minimized(self.effort, dive=dive)), relaxation.interrupt)
        return found[0] if found else Relaxed()

    def minimize(self, cp: CpModel, cost: LinearExprT, hint: Sequence[int] | None) -> Answer:
        """Minimize one cost by branching and learning, from a hint where there is one."""
        if self.is_over:
            return Answer()
        cp.minimize(cost)
        _hint(cp, hint)
        # ortools issues 5003 and 5274: presolve of 9.15 may call a model infeasible that is not
        return self._run(cp, presolve=True) or self._run(cp, presolve=False) or Answer()

    def _run(self, cp: CpModel, *, presolve: bool) -> Answer | None:
        """An answer, or None where CP-SAT says that there can be none."""
        solver = CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # with one worker the default takes minutes for what takes a second
        solver.parameters.add_lp_constraints_lazily = False  # nearly all of them matter: a tenth of the time
        solver.parameters.cp_model_probing_level = 0  # this and cuts take longer than what they save
        solver.parameters.cut_level = 0
        solver.parameters.random_seed = self.params.seed
        solver.parameters.max_deterministic_time = self.effort
        solver.parameters.catch_sigint_signal = False  # it would swallow Ctrl-C
        solver.parameters.cp_model_presolve = presolve
        self._wait(lambda: solver.solve(cp), solver.stop_search)
        status = solver.response_proto.status
        if status in (OPTIMAL, FEASIBLE):
            values, cost = tuple(solver.response_proto.solution), round(solver.objective_value)
            return Answer(values, cost, proven=status == OPTIMAL)
        return None if status == INFEASIBLE else Answer()

    def _wait(self, work: Callable[[], object], halt: Callable[[], object]) -> None:
        """Work in a thread, so that this one can be interrupted and can halt the other."""
        done = Event()
        thread = Thread(target=_and_tell, args=(work, done), daemon=True)
        thread.start()
        try:
            while not done.wait(LOOK_UP_SECONDS):
                if self.is_over:
                    halt()
        finally:
            while not done.wait(LOOK_UP_SECONDS):  # an exception goes on only when the work has ended
                halt()
            thread.join()


def _and_tell(work: Callable[[], object], done: Event) -> None:
    try:
        work()
    finally:
        done.set()


def _hint(cp: CpModel, values: Sequence[int] | None) -> None:
    cp.clear_hints()  # type: ignore[no-untyped-call]  # ortools leaves this one untyped
    if values is not None:
        hint = cp.proto.solution_hint
        hint.vars.extend(range(len(values)))
        hint.values.extend(values)
