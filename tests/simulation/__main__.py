"""Play a seed again: `python -m tests.simulation SEED [STEPS] [--shrink]`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from tests.simulation.run import Story, simulate
from tests.simulation.servers import servers

STEPS = 120


def shrunk(numbers: Sequence[int], fails: Callable[[Sequence[int]], bool]) -> list[int]:
    """As few of the steps as still go wrong: the rest is left out, in halves, quarters, and so on."""
    kept = list(numbers)
    size = len(kept) // 2
    while size:
        for start in range(len(kept) - size, -1, -size):
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept = rest
        size //= 2
    return kept


def kinds(story: Story) -> list[list[str]]:
    """What is wrong, without its details."""
    return [line.split()[:2] for line in story.wrong]


def main() -> None:
    """Print the story of a seed, and exit with 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("steps", type=int, nargs="?", default=STEPS)
    parser.add_argument("--shrink", action="store_true", help="leave out what is not needed to go wrong")
    asked = parser.parse_args()
    with servers() as started:

        def played(numbers: Sequence[int]) -> Story:
            return simulate(started, asked.seed, numbers)

        story = played(range(asked.steps))
        if story.wrong and asked.shrink:
            wrong = story.wrong[0].split()[:2]
            story = played(shrunk(list(story.steps), lambda numbers: wrong in kinds(played(numbers))))
    sys.stdout.write(f"{story}\n")
    sys.exit(bool(story.wrong))


if __name__ == "__main__":
    main()
