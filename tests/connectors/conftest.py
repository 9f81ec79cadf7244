"""Stages for the tests that are about all connectors: each is opened once, at its first use."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.connectors.contract import Connector, Scene, staged
from tests.connectors.stage import Stage


@pytest.fixture(scope="session")
def stages() -> Iterator[Callable[[Connector], Stage]]:
    """Opens a connector's stage, or gives the one that is open."""
    opened: dict[str, Stage] = {}
    with ExitStack() as stack:

        def stage_of(connector: Connector) -> Stage:
            if connector.name not in opened:
                opened[connector.name] = stack.enter_context(connector.opened())
            return opened[connector.name]

        yield stage_of


@pytest.fixture
def scene(request: pytest.FixtureRequest, stages: Callable[[Connector], Stage]) -> Iterator[Scene]:
    """The stage of the connector that the test is parametrised by; it is left as it was found."""
    connector: Connector = request.param
    with staged(connector, stages(connector)) as using:
        yield using
