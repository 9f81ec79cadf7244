"""A stage of Outlook for each test; whatever it calls has to fit our own description of Graph."""

from collections.abc import Iterator

import pytest

from tests.connectors.stages.outlook import OutlookStage, outlook_stage


@pytest.fixture
def stage() -> Iterator[OutlookStage]:
    """The double with ana and ben; no request may break its description."""
    with outlook_stage() as stage:
        yield stage
        assert stage.graph.broken == []


@pytest.fixture
def app_only(stage: OutlookStage) -> OutlookStage:
    """The same, opened by an app by itself."""
    stage.by_itself = True
    return stage
