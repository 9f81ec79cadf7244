"""What each of a pair chose is kept, on both kinds of database."""

from datetime import UTC, datetime

from scheduler.store import SqlChoices, SqlEngine

AT = datetime(2027, 1, 4, tzinfo=UTC)


def test_the_last_choice_of_each_person_counts(engine: SqlEngine) -> None:
    """A new one takes the place of the earlier; those of other programmes and groups are theirs."""
    mine, other = SqlChoices(engine, "one"), SqlChoices(engine, "two")
    mine.choose("pair", "first", "0.1.0.14:30.UTC", AT)
    mine.choose("pair", "first", "0.2.0.14:30.UTC", AT)
    mine.choose("pair", "second", "0.1.0.14:30.UTC", AT)
    mine.choose("another", "first", "0.3.0.09:00.UTC", AT)
    assert mine.of("pair") == {"first": "0.2.0.14:30.UTC", "second": "0.1.0.14:30.UTC"}
    assert other.of("pair") == {}
    mine.forget("pair")
    assert (mine.of("pair"), mine.of("another")) == ({}, {"first": "0.3.0.09:00.UTC"})
