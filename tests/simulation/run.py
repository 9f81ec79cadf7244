"""One seed from beginning to end: steps by chance, quiet periods in between, and what must hold in each of them.

Each step has a chance of its own, by the seed and its number, so that steps can be left out, and the others stay.
"""

import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.simulation import faults, people, service
from tests.simulation.invariants import broken, writes
from tests.simulation.servers import Servers
from tests.simulation.world import POLL, World, world

Step = Callable[[World], str]
PERIOD = 30
"""Steps between two quiet periods."""
LEAST_ROUNDS, MOST_ROUNDS = 2, 3
"""Of the service, until it has nothing to do any more; after a clock went back, a calendar is due one period later."""
POLLED = timedelta(minutes=POLL)
HOUR = timedelta(hours=1)


def wait(world: World) -> str:
    """Time passes."""
    hours = world.chance.choice((0.2, 1, 2, 6, 12))
    world.clock.instant += hours * HOUR
    return f"{hours:g} h later"


STEPS: dict[Step, int] = {
    people.add_own: 28,
    people.add_over: 16,
    people.drop_own: 16,
    people.move_own: 10,
    people.move_session: 10,
    people.delete_session: 6,
    people.drop_series: 2,
    people.decline: 3,
    faults.fail: 12,
    faults.truncate: 3,
    faults.revoke: 2,
    faults.reconnect: 2,
    faults.expire: 4,
    faults.jump: 2,
    faults.die: 8,
    wait: 16,
    service.look: 32,
    service.hint: 16,
    service.renew: 4,
    service.answer: 8,
    service.undo: 2,
    service.rest: 2,
    service.wake: 2,
    service.leave: 1,
    service.extend: 1,
}
"""What may happen, and how often beside the others."""


@dataclass(slots=True)
class Story:
    """What happened with a seed, by the number of each step, and what was wrong at the end of it."""

    seed: int
    steps: dict[int, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = [f"{number:4d} {said}" for number, said in self.steps.items() if said]
        again = f"again: python -m tests.simulation {self.seed} {max(self.steps, default=-1) + 1}"
        return "\n".join([*told, *self.wrong, again])


def simulate(servers: Servers, seed: int, numbers: Sequence[int]) -> Story:
    """Run these steps of a seed, until something is wrong; after the last it becomes quiet in any case.

    Of every other ten seeds the programme is in a folder, as for `rondo watch`; else a service has it.
    """
    story = Story(seed)
    with world(servers, seed) as made:
        service.publish(made)
        if seed // 10 % 2:
            made.serve()
            service.renew(made)
        story.wrong += broken(made)
        for number in numbers:
            if story.wrong:
                break
            made.chance = random.Random(f"{seed} {number}")
            step = made.chance.choices([*STEPS], [*STEPS.values()])[0]
            story.steps[number] = step.__name__
            try:
                story.steps[number] = step(made)
                story.wrong += made.wrong
                if number % PERIOD == PERIOD - 1 or number == numbers[-1]:
                    story.wrong += quiet(made)
            except Exception:  # noqa: BLE001  # whatever it is, the story tells how it came to it
                story.wrong.append(traceback.format_exc())
    return story


def quiet(world: World) -> list[str]:
    """Nothing is wrong outside and nobody does anything: what is wrong once the service has nothing to do any more."""
    faults.heal(world)
    told = [service.look(world), service.replan(world)] if world.unplanned else []
    for number in range(MOST_ROUNDS):
        world.clock.instant += POLLED
        before = writes(world), len(world.app.store.decisions())
        told.append(service.look(world))
        if number + 1 >= LEAST_ROUNDS and (writes(world), len(world.app.store.decisions())) == before:
            return [*world.wrong, *broken(world)]
    return [f"I8 it does not become quiet: {'; '.join(told)}", *world.wrong, *broken(world)]
