"""Jobs and uploads as they are kept, in SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scheduler.core.job import Job, JobState
from scheduler.store import SqlEngine, SqlJobs, SqlUploads

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
JOB = Job(
    programme="spring",
    id="one",
    kind="plan",
    state=JobState.WAITING,
    by="cora",
    at=NOW,
    arguments={"replan": True},
    progress={},
)


def test_a_job_is_taken_told_of_and_ended(engine: SqlEngine) -> None:
    """Each taking is counted, and what is over is taken by nobody."""
    jobs = SqlJobs(engine)
    assert jobs.add(JOB) == JOB == jobs.get("spring", "one")
    assert jobs.open() == (("spring", "one"),)
    taken = [jobs.take("spring", "one", NOW) for _ in range(2)]
    assert [each and (each.state, each.progress["tries"]) for each in taken] == [("running", 1), ("running", 2)]
    assert jobs.note("spring", "one", {"happen": 3}) is False
    jobs.ask_stop("spring", "one")
    assert jobs.note("spring", "one", {"happen": 4}) is True
    jobs.end("spring", "one", JobState.STOPPED, NOW)
    jobs.end("spring", "one", JobState.FAILED, NOW, "too late")
    over = jobs.get("spring", "one")
    assert over is not None
    assert (over.state, over.progress, over.told, over.ended_at) == (JobState.STOPPED, {"happen": 4}, "", NOW)
    assert (jobs.take("spring", "one", NOW), jobs.open()) == (None, ())


def test_the_same_is_asked_for_once_while_it_is_open(engine: SqlEngine) -> None:
    """Other arguments, another programme, or one that is to stop, are others."""
    jobs = SqlJobs(engine)
    jobs.add(JOB)
    assert jobs.add(replace(JOB, id="two")).id == "one"
    assert jobs.add(replace(JOB, id="three", arguments={})).id == "three"
    assert jobs.add(replace(JOB, id="four", programme="autumn")).id == "four"
    jobs.ask_stop("spring", "one")
    assert jobs.add(replace(JOB, id="five", at=NOW + timedelta(1))).id == "five"
    assert [each.id for each in jobs.of("spring")] == ["five", "one", "three"]


def test_what_ended_long_ago_is_forgotten(engine: SqlEngine) -> None:
    """What is open stays."""
    jobs = SqlJobs(engine)
    jobs.add(JOB)
    jobs.add(replace(JOB, id="two", arguments={}))
    jobs.end("spring", "two", JobState.DONE, NOW)
    jobs.tidy(NOW + timedelta(days=3), timedelta(days=2))
    assert [each.id for each in jobs.of("spring")] == ["one"]


def test_an_upload_is_kept_in_place_of_what_it_was_and_dropped(engine: SqlEngine) -> None:
    """Of its programme alone."""
    uploads = SqlUploads(engine)
    for text in ("a", "b"):
        uploads.put("spring", "one", {"tables": [text]}, "cora", NOW)
    assert uploads.get("spring", "one") == {"tables": ["b"]}
    assert uploads.get("autumn", "one") is None
    uploads.tidy(NOW + timedelta(days=1), timedelta(days=2))
    assert uploads.get("spring", "one")
    uploads.drop("spring", "one")
    assert uploads.get("spring", "one") is None
