"""tests/benchmarks/refresh.py: reading many people costs as few calls as there can be, and none above the limits."""

import pytest

from tests.benchmarks.refresh import PROVIDERS, Provider, refresh, table

PEOPLE = 101  # three calls of fifty, six of twenty


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
def test_a_refresh_makes_the_fewest_calls(provider: Provider, *, again: bool) -> None:
    """Everybody is read right, and the provider has nothing to complain of."""
    row = refresh(provider, PEOPLE, again=again)
    assert row.faults == []
    assert row.served.calls == provider.fewest(PEOPLE, again=again)
    assert f"| {provider.name} | {'again' if again else 'first'} | {PEOPLE} |" in table([row])


def test_the_fewest_calls_are_counted_by_calendars_and_days() -> None:
    """26 weeks are four times sixty days, and three times 61."""
    google, outlook = PROVIDERS
    assert google.fewest(1000) == 20 * 4
    assert outlook.fewest(1000) == 50 * 3
    assert google.shortest(1000) == 0
    assert google.shortest(1000, again=True) == 60
    assert outlook.shortest(1000, again=True) == 0
