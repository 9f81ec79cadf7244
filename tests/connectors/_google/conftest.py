"""The double with ana and ben on it, and an event of theirs."""

from collections.abc import Iterator

import pytest

from scheduler.core.event import Attendee, Event
from tests.connectors.contract import tuesdays
from tests.connectors.stages.google import GoogleStage, google_stage

OUTSIDER = Attendee(id="odile", name="Odile", email="odile@elsewhere.example", zone="Europe/Paris", role="optional")


@pytest.fixture
def stage() -> Iterator[GoogleStage]:
    """A stage of the test's own."""
    with google_stage() as opened:
        yield opened


@pytest.fixture
def event(stage: GoogleStage) -> Event:
    """Six Tuesdays at 10:30 in London, across the change of clocks on 28 March 2027; with somebody from elsewhere."""
    plain = tuesdays(stage.email("ana"), stage.email("ben"))
    return tuesdays(stage.email("ana"), stage.email("ben"), attendees=(*plain.attendees, OUTSIDER))
