"""Long work: it goes on without whoever asked for it, stops when somebody says so, and its end is told."""

import multiprocessing
import multiprocessing.process
import threading
import time
from collections.abc import Iterator

import pytest

from scheduler.app.service import jobs as jobs_module
from scheduler.app.service.jobs import MOST_TRIES, PLAN
from scheduler.core.job import Job, JobState
from scheduler.errors import InputError
from tests.site import SAMPLE, Stand, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, planned and published."""
    with standing(tmp_path_factory.mktemp("jobs") / "data") as it:
        yield it


def over(stand: Stand, job: Job) -> Job:
    """The job once it is over."""
    end = time.monotonic() + 300
    while (found := stand.service.jobs.get(job.programme, job.id)).is_open:
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_a_plan_tells_how_far_it_is_and_ends_as_the_draft(stand: Stand) -> None:
    """With a curve of the best plan so far, and the bound."""
    done = over(stand, stand.service.ask(SAMPLE, PLAN, {"replan": True}, "cora"))
    draft = stand.app().store.draft()
    assert (done.state, done.told, done.progress["stage"]) == (JobState.DONE, "", "ended")
    assert 0 < done.progress["happen"] <= done.progress["bound"]
    assert done.progress["curve"][-1][1] == done.progress["happen"]
    assert draft is not None


def test_who_asks_for_the_same_is_shown_what_runs(stand: Stand) -> None:
    """Two clicks are one plan."""
    jobs = stand.service.jobs
    first, second = jobs.new(SAMPLE, PLAN, {}, "cora"), jobs.new(SAMPLE, PLAN, {}, "cora")
    assert first.id == second.id
    jobs.store.end(SAMPLE, first.id, JobState.DONE, stand.clock.now())
    assert jobs.new(SAMPLE, PLAN, {}, "cora").id != first.id


def test_stop_is_seen_and_what_was_found_is_kept(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a second, by a work that looks at its flag."""
    begun = threading.Event()

    def slow(_app: object, _arguments: object, watch: jobs_module.Watch) -> None:
        begun.set()
        assert watch.stop.wait(5)

    monkeypatch.setattr(jobs_module, "plan", slow)
    job = stand.service.ask(SAMPLE, PLAN, {"n": 1}, "cora")
    assert begun.wait(5)
    stand.service.jobs.stop(SAMPLE, job.id)
    assert over(stand, job).state is JobState.STOPPED


def test_what_went_wrong_is_told(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reason in words; of a fault of ours not more than that there was one."""

    def refused(*_: object) -> None:
        raise InputError("there are no groups yet.")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(jobs_module, "plan", refused)
    assert over(stand, stand.service.ask(SAMPLE, PLAN, {"n": 2}, "c")).told == "there are no groups yet."
    monkeypatch.setattr(jobs_module, "plan", broken)
    failed = over(stand, stand.service.ask(SAMPLE, PLAN, {"n": 3}, "c"))
    assert failed.state is JobState.FAILED
    assert "secret" not in failed.told


def test_work_whose_process_died_again_and_again_ends_as_failed(stand: Stand) -> None:
    """Whoever takes it up once too often says so."""
    jobs = stand.service.jobs
    job = jobs.new(SAMPLE, PLAN, {"n": 4}, "cora")
    for _ in range(MOST_TRIES):
        assert jobs.store.take(SAMPLE, job.id, stand.clock.now())
    jobs.work(SAMPLE, job.id)
    assert jobs.get(SAMPLE, job.id).state is JobState.FAILED
    assert (SAMPLE, job.id) not in jobs.store.open()


def test_work_of_a_process_that_ends_is_left_to_another(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits again."""

    def slow(_app: object, _arguments: object, watch: jobs_module.Watch) -> None:
        assert watch.stop.wait(5)

    monkeypatch.setattr(jobs_module, "plan", slow)
    jobs = stand.service.jobs
    job = jobs.new(SAMPLE, PLAN, {"n": 5}, "cora")
    jobs.ending.set()
    jobs.work(SAMPLE, job.id)
    jobs.ending.clear()
    assert jobs.get(SAMPLE, job.id).state is JobState.WAITING
    jobs.store.end(SAMPLE, job.id, JobState.FAILED, stand.clock.now())


def test_a_large_programme_is_planned_in_a_process_of_its_own(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells how far it is, as if it were here, and the draft is kept."""
    monkeypatch.setattr(jobs_module, "LARGE", 1)
    done = over(stand, stand.service.ask(SAMPLE, PLAN, {"replan": True, "n": 6}, "cora"))
    draft = stand.app().store.draft()
    assert (done.state, done.told, done.progress["stage"]) == (JobState.DONE, "", "ended")
    assert draft is not None
    assert draft.plan.meta["bound"] == done.progress["bound"]


def test_a_process_that_dies_fails_its_work(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it is told."""
    monkeypatch.setattr(jobs_module, "LARGE", 1)
    job = stand.service.ask(SAMPLE, PLAN, {"n": 7}, "cora")
    apart().kill()
    failed = over(stand, job)
    assert failed.state is JobState.FAILED
    assert "ended before its time" in failed.told


def test_a_process_ends_with_the_service_and_its_work_waits(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the next service."""
    monkeypatch.setattr(jobs_module, "LARGE", 1)
    jobs = stand.service.jobs
    job = stand.service.ask(SAMPLE, PLAN, {"n": 8}, "cora")
    process = apart()
    jobs.ending.set()
    process.join(20)
    end = time.monotonic() + 20
    while jobs.get(SAMPLE, job.id).state is not JobState.WAITING:
        assert time.monotonic() < end
        time.sleep(0.01)
    jobs.ending.clear()
    assert not process.is_alive()
    jobs.store.end(SAMPLE, job.id, JobState.FAILED, stand.clock.now())


def apart() -> multiprocessing.process.BaseProcess:
    """The process that does the job."""
    end = time.monotonic() + 20
    while not (found := [each for each in multiprocessing.active_children() if each.name == "_worked"]):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found[0]
