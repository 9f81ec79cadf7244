"""Rondo beside others, in one table: docs/benchmarks.md tells how to read it.

    python -m tests.benchmarks [--kinds S,M,tight] [--seeds 1] [--starts 2027-01-04]
                               [--methods greedy,rondo] [--timefold] [--json]

Every method runs alone, one after the other, each in a fresh process from problem.json to plan.json.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from scheduler.core.problem import problem_to_json
from tests.benchmarks.instances import FIRST_MONDAY, MANNERS, SIZES, instance
from tests.benchmarks.run import FULL, METHODS, OTHERS, QUICK, TIMEFOLD

ROOT = Path(__file__).parents[2]
YARDSTICK = "greedy"
USUAL = (*OTHERS, QUICK, FULL)
Row = dict[str, Any]
COLUMNS: Mapping[str, str] = {
    "instance": "{}",
    "method": "{}",
    "planned": "{:,}",
    "happen": "{:,}",
    "gap %": "{:.2f}",
    "moved": "{:,}",
    "skipped": "{:,}",
    "strain": "{:,}",
    "worst burden": "{:.1f}",
    "above own best": "{:.1f}",
    "discomfort": "{:,}",
    "violations": "{}",
    "x greedy": "{:.2f}",
    "seconds": "{:.2f}",
    "MB": "{:,}",
}


def main() -> int:
    """Run what is asked for; 1 where any plan breaks a rule."""
    asked = _arguments()
    rows: list[Row] = []
    for kind in asked.kinds:
        for seed in asked.seeds:
            for start in asked.starts:
                rows += _instance(kind, seed, start, asked.methods)
    if asked.json:
        print(json.dumps({"rows": rows, "growth": growth(rows)}, indent=1))
    else:
        print("\n".join(table(rows)))
        for step, exponent in growth(rows).items():
            print(f"growth of `{QUICK}`, {step}: n^{exponent}")
    return 1 if any(row["violations"] for row in rows) else 0


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows in Markdown."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|" + "|".join(" --- " if form == "{}" else " ---: " for form in COLUMNS.values()) + "|"
    for row in rows:
        yield "| " + " | ".join(form.format(row[name]) for name, form in COLUMNS.items()) + " |"


def growth(rows: Sequence[Row]) -> dict[str, float]:
    """From each size to the next: the exponent of the series with which our time without polish grows."""
    mine = [row for row in rows if row["method"] == QUICK and row["kind"] not in MANNERS]
    sizes = sorted({SIZES[row["kind"]]: row["kind"] for row in mine}.items())
    mean = {size: sum(row["seconds"] for row in mine if SIZES[row["kind"]] == size) for size, _ in sizes}
    count = {size: sum(SIZES[row["kind"]] == size for row in mine) for size, _ in sizes}
    return {
        f"{name} to {larger}": round(math.log(mean[b] / count[b] * count[a] / mean[a]) / math.log(b / a), 2)
        for (a, name), (b, larger) in pairwise(sizes)
    }


def _instance(kind: str, seed: int, start: date, methods: Sequence[str]) -> list[Row]:
    """A row for each method, with the sharpest bound that any of them knows."""
    with tempfile.TemporaryDirectory() as folder:
        problem, plans = Path(folder) / "problem.json", [Path(folder) / f"{n}.json" for n in range(len(methods))]
        problem.write_text(json.dumps(problem_to_json(instance(kind, seed, start))))
        took = [_child("run", method, problem, plan) for method, plan in zip(methods, plans, strict=True)]
        worth = _child("judge", problem, *plans)
    bound = min(figures["bound"] for figures in worth)
    seconds = dict(zip(methods, (run["seconds"] for run in took), strict=True))
    name = f"{kind} {seed}" if start == FIRST_MONDAY else f"{kind} {seed} {start}"
    return [
        {
            "instance": name,
            "kind": kind,
            "method": method,
            **{key.replace("_", " "): value for key, value in figures.items()},
            "bound": bound,
            "gap %": round(100 * (bound - figures["happen"]) / bound, 3),
            "violations": figures["violations"] + (figures["violations_by_format"] or 0),
            "x greedy": seconds[method] / seconds[YARDSTICK] if YARDSTICK in seconds else math.nan,
            "seconds": seconds[method],
            "MB": run["megabytes"],
        }
        for method, run, figures in zip(methods, took, worth, strict=True)
    ]


def _child(module: str, *arguments: str | Path) -> Any:
    """What a module of ours prints, in a process of its own."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    print(" ".join(command[2:4]), file=sys.stderr, flush=True)
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kinds", type=_words, default=["S", "M", "tight"], help=f"some of {','.join(SIZES)}")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=[1])
    parser.add_argument("--starts", type=lambda text: [_monday(day) for day in text.split(",")], default=[FIRST_MONDAY])
    parser.add_argument("--methods", type=_words, default=list(USUAL), help=f"some of {','.join(METHODS)}")
    parser.add_argument("--timefold", action="store_true", help="also what Timefold finds; its package must be here")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args()
    unknown = [*(set(asked.kinds) - set(SIZES)), *(set(asked.methods) - set(METHODS))]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}")
    asked.methods += [TIMEFOLD] if asked.timefold else []
    return asked


def _words(text: str) -> list[str]:
    return text.split(",")


def _monday(text: str) -> date:
    day = date.fromisoformat(text)
    if day.weekday():
        raise argparse.ArgumentTypeError(f"{day} is no Monday")
    return day


if __name__ == "__main__":
    sys.exit(main())
