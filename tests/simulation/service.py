"""What the service and its coordinator do: publish, look after, answer proposals, and change what is wanted."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from scheduler.app.repair.pausing import pause, resume
from scheduler.app.repair.proposals import accept, refuse, take_back, waiting
from scheduler.app.repair.round import look_after
from scheduler.app.service.service import Service
from scheduler.app.wiring.programme import App
from scheduler.core.decision import Action, Decision, State
from scheduler.core.plan import Plan
from scheduler.errors import RondoError
from scheduler.solve import Params
from tests.simulation.invariants import into_what_was_busy
from tests.simulation.world import GROUPS, PROGRAMME, World

COORDINATOR = "coordinator"
LEAVING = ("ben", "dee")
"""Who may leave: a member of a pair, which ends with that, and one of a circle and of a pair."""
UNTIL = ("2027-04-09", "2027-04-16", "2027-04-23")

_first: dict[str, Plan] = {}
"""The plan with which every world begins: nobody has any appointment yet, so that it is always the same."""


def publish(world: World) -> None:
    """Read, plan and apply, when the world begins."""
    app = world.app
    app.refresh()
    if not _first:
        _first["plan"] = app.plan(app.pose(), params=Params()).plan
    planned = app.drafted(_first["plan"])
    app.apply(planned, app.changes(planned))
    world.note_delivered()


def look(world: World) -> str:
    """The service looks after the programme once; what it decides by itself is checked at once."""
    before = len(world.app.store.decisions())
    told = _tried(world, lambda app: _work(world.service) if world.service else look_after(app))
    new = world.app.store.decisions()[before:]
    world.wrong += into_what_was_busy(world, list(new))
    return f"the service looks{told}" + "".join(f"; {_words(each)}" for each in new)


def renew(world: World) -> str:
    """The service subscribes to what providers tell, and renews what ends."""
    service = world.app and world.service
    return f"subscriptions are renewed{_tried(world, lambda _: service.renew())}" if service else ""


def hint(world: World) -> str:
    """What providers have to tell comes to the doors: or is lost, comes twice, out of order, or from somebody else."""
    service = world.app and world.service
    if not service:
        return ""
    google, graph = world.servers.google, world.servers.graph
    told = [(False, each) for each in google.api.messages()] + [(True, each) for each in graph.subscriptions.messages()]
    kept = [each for each in told if world.chance.random() < 0.7]
    sent = [*kept, *(each for each in kept if world.chance.random() < 0.3)]
    sent += [(of_graph, other) for of_graph, each in kept for other in each.forgeries()]
    world.chance.shuffle(sent)
    forged, guessed = service.forged, sum(message.forged for _, message in sent)

    def act(_: App) -> None:
        for of_graph, message in sent:
            if of_graph:
                service.graph_told(message.body)
            else:
                service.google_told(message.headers)

    said = f"{len(sent)} messages of {len(told)} come{_tried(world, act)}"
    if world.service is service and service.forged - forged < guessed:
        world.wrong.append(f"F16 {guessed} messages were forged, and {service.forged - forged} were seen to be")
    return said


def _work(service: Service) -> None:
    """What the engine does with a programme: all that is due, once."""
    for programme in service.due():
        service.read(programme)
        service.repair(programme)
    for owed in service.owed(PROGRAMME):
        with suppress(RondoError):  # the engine goes on with the others
            service.write(PROGRAMME, owed.uid)
    service.tell(PROGRAMME)


def answer(world: World) -> str:
    """The coordinator says yes or no to a proposal."""
    proposals = waiting(world.app)
    if not proposals:
        return ""
    asked, yes = world.chance.choice(proposals), world.chance.random() < 0.7

    def act(app: App) -> object:
        return accept(app, asked.id, None, COORDINATOR) if yes else refuse(app, asked.id, COORDINATOR)

    return f"the coordinator {'accepts' if yes else 'refuses'} {_words(asked)}{_tried(world, act)}"


def undo(world: World) -> str:
    """The coordinator takes back one of our moves."""
    trail = world.app.store.decisions()
    moves = [each for each in trail if each.action is Action.MOVE and each.state is State.DONE]
    if not moves:
        return ""
    back = world.chance.choice(moves)
    return f"the coordinator undoes {_words(back)}{_tried(world, lambda app: take_back(app, back.id, COORDINATOR))}"


def rest(world: World) -> str:
    """The coordinator lets a series rest for some weeks."""
    group = world.chance.choice(sorted(GROUPS))
    until = world.now + timedelta(weeks=world.chance.choice((1, 3)))
    return f"{group} is to rest{_tried(world, lambda app: pause(app, group, until, COORDINATOR))}"


def wake(world: World) -> str:
    """The coordinator takes a series up again."""
    group = world.chance.choice(sorted(GROUPS))
    return f"{group} is to go on{_tried(world, lambda app: resume(app, group, COORDINATOR))}"


def leave(world: World) -> str:
    """Somebody leaves all of their groups, or comes back; the coordinator plans and applies."""
    person = world.chance.choice(LEAVING)
    world.away ^= {person}
    world.write_programme()
    world.reopen()
    return f"{person} {'leaves' if person in world.away else 'is back'}{replan(world)}"


def extend(world: World) -> str:
    """The programme ends on another date; the coordinator plans and applies."""
    world.until = world.chance.choice(UNTIL)
    world.write_programme()
    world.reopen()
    return f"the programme lasts until {world.until}{replan(world)}"


def replan(world: World) -> str:
    """The coordinator plans and applies; where that breaks off, it is still to be done."""
    told = _tried(world, plan)
    world.unplanned = bool(told)
    return told


def plan(app: App) -> None:
    """As `rondo plan` and `rondo apply` do."""
    app.refresh()
    planned = app.plan(app.pose(), params=Params())
    app.apply(planned, app.changes(planned))


def _tried(world: World, act: Callable[[App], object]) -> str:
    """Let the service do something; what kept it from that."""
    try:
        lived = world.run(act)
    except RondoError as fault:
        lived, told = True, f" ({type(fault).__name__}: {fault})"
        if "fault of Rondo's" in str(fault):
            world.wrong.append(str(fault))
    else:
        told = ""
    world.note_delivered()
    return told if lived else ", and the service dies"


def _words(decision: Decision) -> str:
    session = "" if decision.session is None else f" #{decision.session}"
    times = [f"{at:%d %b %H:%M}" if at else "-" for at in (decision.before, decision.after)]
    causes = ", ".join(f"{cause.person} {cause.limit}" for cause in decision.causes)
    return (
        f"{decision.action} {decision.group}{session} {' to '.join(times)} {decision.state} ({causes}; {decision.why})"
    )
