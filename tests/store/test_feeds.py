"""The generations of feeds: counted up for one owner of one programme alone."""

from scheduler.store import SqlEngine, SqlFeeds


def test_an_address_that_is_made_anew_counts_up(engine: SqlEngine) -> None:
    """Others keep theirs, also who has the same name in another programme."""
    feeds = SqlFeeds(engine, "spring")
    assert feeds.generation("person/ana") == 0
    feeds.renew("person/ana")
    feeds.renew("person/ana")
    assert feeds.generation("person/ana") == 2
    assert feeds.generation("group/ana") == 0
    assert SqlFeeds(engine, "autumn").generation("person/ana") == 0
