"""Solvers that lie or crash: that costs a retry or a proof, never a wrong answer."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]  # ortools ships no types for it
from ortools.sat.python.cp_model import (
    FEASIBLE,
    INFEASIBLE,
    MODEL_INVALID,
    UNKNOWN,
    CpModel,
    CpSolver,
    CpSolverStatus,
    LinearExpr,
    LinearExprT,
)

from scheduler.core.verify import check
from scheduler.solve import solve
from scheduler.solve.relax import Relaxation
from scheduler.solve.search import Answer, Params, Search
from tests.judging import levels
from tests.problems import random_problem
from tests.solve.test_relax import best, packing

Fault = Callable[[SimpleNamespace], None]


def infeasible(said: SimpleNamespace) -> None:
    """As presolve of 9.15 may do (ortools issue 5003)."""
    said.status, said.solution, said.objective_value = INFEASIBLE, [], 0.0


def invalid(said: SimpleNamespace) -> None:
    """The model is called invalid."""
    said.status, said.solution, said.objective_value = MODEL_INVALID, [], 0.0


def crashing(said: SimpleNamespace) -> None:
    """An exception in place of an answer."""
    raise RuntimeError(said.status)


def other_values(said: SimpleNamespace) -> None:
    """Every value is turned around."""
    said.solution = [1 - value for value in said.solution]


def another_cost(said: SimpleNamespace) -> None:
    """The cost is better than that of the values."""
    said.objective_value -= 1


def too_few_values(said: SimpleNamespace) -> None:
    """One is missing."""
    said.solution = said.solution[:-1]


FAULTS = [infeasible, invalid, crashing, other_values, another_cost, too_few_values]


def faulty(faults: Iterator[Fault | None]) -> type[CpSolver]:
    """A CP-SAT that answers as it should, save for these faults, one a call."""

    class Faulty(CpSolver):
        """Says what the fault makes of its answer."""

        def solve(self, model: CpModel, *more: Any) -> CpSolverStatus:
            status = super().solve(model, *more)
            real = super().response_proto
            self.said = SimpleNamespace(
                status=real.status, solution=list(real.solution), objective_value=real.objective_value
            )
            fault = next(faults, None)
            if fault is not None:
                fault(self.said)
            return status

        @property
        def response_proto(self) -> SimpleNamespace:  # type: ignore[override]  # the part of it that is read
            return self.said

    return Faulty


def minimized(
    monkeypatch: pytest.MonkeyPatch, cp: CpModel, faults: Sequence[Fault | None], hint: Sequence[int] | None = None
) -> Answer:
    """What a search makes of a model whose solver has these faults."""
    monkeypatch.setattr("scheduler.solve.search.CpSolver", faulty(iter(faults)))
    return Search.begin(Params(), Event(), 10.0).minimize(cp, cost(cp), hint)


def cost(cp: CpModel) -> LinearExprT:
    """The model's objective, without what it adds."""
    goal = cp.proto.objective
    variables = [cp.get_int_var_from_proto_index(number) for number in goal.vars]
    return LinearExpr.weighted_sum(variables, list(goal.coeffs))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_a_retry(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """The second time the same model is solved without presolve, and proven."""
    answer = minimized(monkeypatch, packing(4), [fault])
    assert (answer.cost, answer.proven) == (best(packing(4)) - 3, True)


@pytest.mark.parametrize("fault", FAULTS)
def test_after_two_faults_nothing_is_known(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Least of all that there is no solution."""
    assert minimized(monkeypatch, packing(4), [fault, fault]) == Answer()


def test_no_optimum_costs_more_than_a_known_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choosing nothing is a solution, but not the best one where another is known."""
    cp = packing(4)
    known = minimized(monkeypatch, cp, [None]).values

    def nothing(said: SimpleNamespace) -> None:
        said.solution, said.objective_value = [0] * len(said.solution), 0.0

    assert minimized(monkeypatch, cp, [nothing, nothing], known) == Answer()
    assert minimized(monkeypatch, cp, [nothing], known).values == known


def test_what_is_merely_found_may_cost_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a claim to be the best, a worse solution is no contradiction."""
    cp = packing(4)
    known = minimized(monkeypatch, cp, [None]).values

    def found(said: SimpleNamespace) -> None:
        said.status, said.solution, said.objective_value = FEASIBLE, [0] * len(said.solution), 0.0

    answer = minimized(monkeypatch, cp, [found], known)
    assert (answer.cost, answer.proven) == (0, False)


def test_a_search_that_ends_early_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its effort is spent: nothing is known, and nothing was claimed."""

    def unknown(said: SimpleNamespace) -> None:
        said.status, said.solution = UNKNOWN, []

    assert minimized(monkeypatch, packing(4), [unknown]) == Answer()


@pytest.mark.parametrize("seed", range(40))
def test_no_duals_bound_too_much(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Whatever duals the simplex method ends with, what they prove is true."""
    draw = Random(seed)
    size = draw.choice([0.1, 1.0, 10.0, 1e6])
    monkeypatch.setattr(pywraplp.Constraint, "dual_value", lambda _: draw.uniform(-size, size))
    cp = packing(seed)
    bound = Relaxation(cp).minimized(10.0, dive=False).bound
    assert bound is not None
    assert bound <= best(cp)


@pytest.mark.parametrize("dual", [float("nan"), float("inf")])
def test_duals_that_are_no_numbers_bound_nothing(monkeypatch: pytest.MonkeyPatch, dual: float) -> None:
    """They are left aside, without a warning."""
    monkeypatch.setattr(pywraplp.Constraint, "dual_value", lambda _: dual)
    assert Relaxation(packing(1)).minimized(10.0, dive=False).bound is None


@pytest.mark.parametrize("status", [pywraplp.Solver.ABNORMAL, pywraplp.Solver.INFEASIBLE, None])
def test_a_relaxation_that_fails_says_nothing(monkeypatch: pytest.MonkeyPatch, status: int | None) -> None:
    """Neither after a wrong status nor after a crash (None)."""

    def failing(_: pywraplp.Solver) -> int:
        if status is None:
            raise RuntimeError
        return status

    monkeypatch.setattr(pywraplp.Solver, "Solve", failing)
    found = Relaxation(packing(1)).minimized(10.0, dive=True)
    assert (found.bound, found.values) == (None, None)


@pytest.mark.campaign(100)
def test_a_plan_by_solvers_that_lie_and_crash(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """It keeps every rule, its bound holds, and what is called optimal is."""
    problem, previous = random_problem(seed, size="medium" if seed % 20 == 10 else "small")
    truth = check(problem, solve(problem, previous), previous).score
    draw = Random(seed)
    share = draw.choice([0.2, 0.6, 1.0])
    inject(monkeypatch, draw, share)
    plan = solve(problem, previous)
    report = check(problem, plan, previous)
    assert report.faults == ()
    assert plan.meta["bound"] >= max(truth.happen, report.score.happen)
    assert not plan.meta["optimal"] or levels(report.score) == levels(truth)


def inject(monkeypatch: pytest.MonkeyPatch, draw: Random, share: float) -> None:
    """Faults into this share of the calls of both solvers."""
    faults: Iterator[Fault | None] = iter(lambda: draw.choice(FAULTS) if draw.random() < share else None, "no end")
    monkeypatch.setattr("scheduler.solve.search.CpSolver", faulty(faults))
    simplex, dual_of = pywraplp.Solver.Solve, pywraplp.Constraint.dual_value

    def solving(lp: pywraplp.Solver) -> int:
        if draw.random() < share / 2:
            raise RuntimeError
        return int(simplex(lp)) if draw.random() > share / 2 else int(pywraplp.Solver.ABNORMAL)

    def dual(constraint: pywraplp.Constraint) -> float:
        return draw.uniform(-9, 9) if draw.random() < share / 50 else float(dual_of(constraint))

    monkeypatch.setattr(pywraplp.Solver, "Solve", solving)
    monkeypatch.setattr(pywraplp.Constraint, "dual_value", dual)
