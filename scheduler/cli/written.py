"""What came of writing, in words and as JSON; and the exit code that it means."""

from collections.abc import Iterator

from scheduler.app.wiring.programme import App
from scheduler.cli.console import progress
from scheduler.core.delivery import Channel
from scheduler.core.words import listed
from scheduler.delivering import Written


def say_written(app: App, written: Written) -> str:
    """How many events were written, and where."""
    places = [str(app.published) if each is Channel.FILES else str(each) for each in written.channels]
    return f"Events written{f' to {listed(places)}' if places else ''}: {written.events}."


def warn_of_writes(written: Written, said: Written | None = None) -> None:
    """Say on stderr what failed, what is late, and what stands otherwise than planned, but for what was said before."""
    before = set(_lines(said)) if said else set()
    for line in _lines(written):
        if line not in before:
            progress(f"warning: {line}")


def code_of(written: Written) -> int:
    """0, or that of the gravest fault."""
    return max((fault.exit_code for fault in written.faults), default=0)


def _lines(written: Written) -> Iterator[str]:
    for event, outcome in written.outcomes:
        for place, fault in outcome.failed:
            yield f"{event.group}, {place}: {fault} The write is still owed: apply again."
        for place in outcome.late:
            yield f"{event.group}, {place}: its video link is not there yet. Apply again to add it."
        for place, told in outcome.differences:
            yield f"{event.group}, {place}: it stands otherwise than planned: {told}"
