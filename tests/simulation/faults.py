"""What goes wrong outside, by chance: providers that fail, forget, or lock us out, clocks that jump, and processes
that die. Each step says in a line what it did."""

from datetime import timedelta

from tests.doubles.server import Fault
from tests.simulation.world import PEOPLE, World

CONNECTED = [person for person, (kind, *_) in PEOPLE.items() if kind != "file"]
DEADLIEST = 60
"""Steps of the service after which a fuse has burnt down, at most."""


def fail(world: World) -> str:
    """The next calls to one provider go wrong: refused, broken off, without an answer though they took effect."""
    if world.mails and world.chance.random() < 0.2:
        return _fail_mails(world)
    double = world.chance.choice(world.servers.doubles)
    status = world.chance.choice((500, 503, 504, 429, 0))
    fault = Fault(
        status=status,
        method=world.chance.choice(("", "", "POST", "PATCH", "PUT", "GET")),
        times=world.chance.choice((1, 2, 5, 30)),
        skip=world.chance.randrange(4),
        after=world.chance.random() < 0.5,
        headers={"Retry-After": world.chance.choice(("1", "-5", "864000", "soon"))} if status == 429 else {},
        body="<html>CANARY-7f3d</html>",
    )
    double.faults.append(fault)
    told = "cut" if status == 0 else str(status)
    effect = " with effect" if fault.after else ""
    return f"{fault.times} {fault.method or 'calls'} after {fault.skip} to {type(double).__name__} are {told}{effect}"


def _fail_mails(world: World) -> str:
    """A mail that is cut may have been kept; one that is refused for now is not."""
    mailbox, answer = world.servers.mailbox, world.chance.choice(("451 busy", ""))
    mailbox.answers[:] = [answer] * world.chance.choice((1, 2, 5, 30))
    mailbox.taken = not answer and world.chance.random() < 0.5
    return f"{len(mailbox.answers)} mails are {answer or 'cut'}{' and kept' if mailbox.taken else ''}"


def truncate(world: World) -> str:
    """The next answer of a provider breaks off in its middle."""
    double = world.chance.choice(world.servers.doubles)
    double.faults.append(Fault(truncate=world.chance.randrange(200), skip=world.chance.randrange(4)))
    return f"an answer of {type(double).__name__} breaks off"


def revoke(world: World) -> str:
    """Somebody takes back their consent, or changes their password."""
    person = world.chance.choice([each for each in CONNECTED if PEOPLE[each][0] != "caldav"])
    match PEOPLE[person][0]:
        case "google":
            world.servers.google.revoke(world.mail(person))
        case _:
            world.servers.graph.entra.revoke(world.mail(person))
    world.lost.add(person)
    return f"{person} takes back the consent"


def reconnect(world: World) -> str:
    """Somebody of those connects again."""
    if not world.lost:
        return ""
    person = world.chance.choice(sorted(world.lost))
    world.lost.discard(person)
    world.connect(person)
    return f"{person} connects again"


def expire(world: World) -> str:
    """What a provider remembered of where we were is gone."""
    google, graph = world.servers.google, world.servers.graph
    name, forget = world.chance.choice(
        (
            ("Google's sync tokens", google.expire_sync),
            ("Google's access tokens", google.expire_access),
            ("Graph's delta links", graph.expire_deltas),
        )
    )
    forget()
    return f"{name} expire"


def jump(world: World) -> str:
    """The machine's clock is set, by hand or by NTP."""
    by = world.chance.choice((-24, -1, 1, 24))
    world.clock.instant += timedelta(hours=by)
    return f"the clock jumps {by:+} h"


def die(world: World) -> str:
    """The service is killed at one of its next steps."""
    steps = world.chance.randrange(1, DEADLIEST)
    world.fuse.set(steps)
    return f"the service is to die after {steps} steps"


def heal(world: World) -> None:
    """Nothing is wrong outside any more."""
    for double in world.servers.doubles:
        double.faults.clear()
    world.servers.mailbox.answers.clear()
    for person in sorted(world.lost):
        world.connect(person)
    world.lost.clear()
    world.fuse.set(0)
