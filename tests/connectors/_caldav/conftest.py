"""The double on a port, with our connector opened on it."""

from collections.abc import Iterator

import pytest

from tests.connectors._caldav.double import DavDouble
from tests.connectors.stages.caldav import CalDavStage, caldav_double_stage


@pytest.fixture
def stage() -> Iterator[CalDavStage]:
    """The double as a stage; nothing is really waited for."""
    with caldav_double_stage() as opened:
        yield opened


@pytest.fixture
def double(stage: CalDavStage) -> DavDouble:
    """The same double, for its faults."""
    assert isinstance(stage.failing, DavDouble)
    return stage.failing
