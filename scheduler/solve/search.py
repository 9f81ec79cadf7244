"""Runs the solvers so that the same model gives the same answer, and that they can be stopped at any moment."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from math import isclose
from threading import Event
from typing import NamedTuple, TypeVar

from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL, UNKNOWN, CpModel, CpSolver, LinearExprT

from scheduler.solve.relax import Relaxation, Relaxed
from scheduler.solve.rows import CRASHES, Rows, cost_of

LOOK_UP_SECONDS = 0.05  # how often a running search looks whether it should stop

T = TypeVar("T")


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


class Claim(NamedTuple):
    """What CP-SAT says of a model: nothing of it is believed before it is checked."""

    status: int
    values: tuple[int, ...]
    cost: float

    def checked(self, cp: CpModel, rows: Rows, known: int | None) -> Answer | None:
        """What may be believed of it, or None where it can't be true; `known`: what a solution costs that is known."""
        if self.status == UNKNOWN:
            return Answer()
        if self.status not in (OPTIMAL, FEASIBLE) or not rows.keeps(self.values):
            return None
        cost, proven = cost_of(cp, self.values), self.status == OPTIMAL
        wrong = not isclose(cost, self.cost, abs_tol=0.5) or (proven and known is not None and cost > known)
        return None if wrong else Answer(self.values, cost, proven)


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

    @property
    def in_passing(self) -> "Search":
        """The same search with less effort, for what may well lead nowhere."""
        return replace(self, effort=self.effort / 8)

    def relax(self, relaxation: Relaxation, *, dive: bool = True) -> Relaxed:
        """Solve the linear relaxation of a model with an objective, and dive from there to a whole solution."""
        if self.is_over:
            return Relaxed()
        return self._run(lambda: relaxation.minimized(self.effort, dive=dive), relaxation.interrupt)

    def minimize(self, cp: CpModel, cost: LinearExprT, hint: Sequence[int] | None) -> Answer:
        """Minimize one cost by branching and learning, from a hint where there is one.

        Every model of this package has a solution, so that "infeasible" is no answer (ortools issues 5003 and 5274: the
        presolve of 9.15 may say so falsely). After this or any other claim that can't be true, and after a crash, the
        model is solved once more without presolve; if that ends no better, nothing is known.
        """
        if self.is_over:
            return Answer()
        cp.minimize(cost)
        _hint(cp, hint)
        rows = Rows().read(cp)
        known = cost_of(cp, hint) if hint is not None and rows.keeps(hint) else None
        for presolve in (True, False):
            claim = self._claimed(cp, presolve=presolve)
            if claim is not None and (answer := claim.checked(cp, rows, known)) is not None:
                return answer
        return Answer()

    def _claimed(self, cp: CpModel, *, presolve: bool) -> Claim | None:
        """What CP-SAT says, or None where it crashed."""
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
        try:
            self._run(lambda: solver.solve(cp), solver.stop_search)
        except CRASHES:
            return None
        said = solver.response_proto
        return Claim(said.status, tuple(said.solution), said.objective_value)

    def _run(self, work: Callable[[], T], halt: Callable[[], object]) -> T:
        """Work in a thread, so that this one can be interrupted and can halt the other."""
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(work)
            try:
                while wait([working], LOOK_UP_SECONDS).not_done:
                    if self.is_over:
                        halt()
            finally:
                while wait([working], LOOK_UP_SECONDS).not_done:  # an exception goes on only when the work has ended
                    halt()
        return working.result()


def _hint(cp: CpModel, values: Sequence[int] | None) -> None:
    cp.clear_hints()  # type: ignore[no-untyped-call]  # ortools leaves this one untyped
    if values is not None:
        hint = cp.proto.solution_hint
        hint.vars.extend(range(len(values)))
        hint.values.extend(values)
