"""The workflows: what is recorded, step by step.

A workflow that began before an upgrade goes on after it, by its recorded steps: whoever adds, removes or moves a step
asks `DBOS.patch` first (tests/engine/test_steps.py fails without, and shows how).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from dbos import DBOS, EnqueueOptions, ScheduleInput, WorkflowStatus

from scheduler.engine.jobs import Jobs, Pace
from scheduler.engine.runs import Runs

VERSION = "1"
"""Of all workflows, for ever: with another, those that began before an upgrade would wait for ever."""
WATCH, WRITE, WORK = "watch", "write", "work"
WAITING, RUNNING = ["ENQUEUED", "DELAYED"], ["PENDING"]
PARKED = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
DONE = ["SUCCESS", "CANCELLED"]
BATCH = 500


def define(jobs: Jobs, runs: Runs, pace: Pace) -> list[ScheduleInput]:
    """Make the workflows known to DBOS, before it is launched; the answer is to be scheduled afterwards."""

    @DBOS.workflow(name="look_after", max_recovery_attempts=pace.crashes)
    def look_after(programme: str) -> None:
        with runs.run(programme=programme) as steps:
            steps.do("read", jobs.read, programme)
            steps.do("repair", jobs.repair, programme)
            for key, uid, account in steps.do("owed", owed, programme) or ():
                enqueue(WRITE, account, "write", programme, uid, workflow_id=f"{key}@{DBOS.workflow_id}")
            steps.do("tell", jobs.tell, programme)

    @DBOS.workflow(name="write", max_recovery_attempts=pace.crashes)
    def write(programme: str, uid: str) -> None:
        with runs.run() as steps:
            steps.do("write", jobs.write, programme, uid)
            steps.do("tell", jobs.tell, programme)

    @DBOS.workflow(name="work", max_recovery_attempts=pace.crashes)
    def work(programme: str, id_: str) -> None:
        with runs.run() as steps:
            steps.do("work", jobs.work, programme, id_)

    def owed(programme: str) -> list[tuple[str, str, str]]:
        """Key, UID and account of what is to be written, unless it is about to be, or parked."""
        found = jobs.owed(programme)
        taken = listed([*WAITING, *RUNNING, *PARKED], workflow_id_prefix=f"write:{programme}:") if found else ()
        keys = {each.workflow_id.rpartition("@")[0] for each in taken}
        return [(each.key, each.uid, each.account) for each in found if each.key not in keys]

    def scheduled(name: str, cron: str, acts: Mapping[str, Callable[[], None]]) -> ScheduleInput:
        """A workflow of these steps, once at each of its times, over all processes."""

        @DBOS.workflow(name=name, max_recovery_attempts=pace.crashes)
        def workflow(_at: datetime, _context: object) -> None:
            with runs.run() as steps:
                for step, act in acts.items():
                    steps.do(step, act)

        return {"schedule_name": name, "workflow_fn": workflow, "schedule": cron, "cron_timezone": "UTC"}

    return [
        scheduled("renew", pace.renewals, {"renew": jobs.renew}),
        scheduled("digest", pace.digests, {"digest": jobs.digest}),
        scheduled("tidy", pace.tidying, {"tidy": jobs.tidy, "forget": partial(_forget, pace)}),
    ]


def enqueue(queue: str, partition: str, name: str, *arguments: str, workflow_id: str = "") -> None:
    """Have a workflow run, one at a time in a partition. Raises ValueError without one: DBOS would never run it."""
    if not partition:
        raise ValueError(f"a workflow for the queue {queue} needs a partition")
    options: EnqueueOptions = {"workflow_name": name, "queue_name": queue, "queue_partition_key": partition}
    if workflow_id:
        options["workflow_id"] = workflow_id
    DBOS.enqueue_workflow_with_options(options | {"app_version": VERSION}, *arguments)


def listed(states: Sequence[str], **narrowed: Any) -> list[WorkflowStatus]:
    """Workflows in one of these states, without what they were given and answered."""
    return DBOS.list_workflows(status=list(states), load_input=False, load_output=False, **narrowed)


def forget_workflows(states: Sequence[str], kept: timedelta) -> None:
    """Delete those that began longer ago than they are kept."""
    before = (datetime.now(UTC) - kept).isoformat()
    while ids := [each.workflow_id for each in listed(states, end_time=before, limit=BATCH)]:
        DBOS.delete_workflows(ids)


def _forget(pace: Pace) -> None:
    forget_workflows(DONE, pace.kept)
    forget_workflows(PARKED, pace.parked)


def resume(workflows: Sequence[WorkflowStatus]) -> None:
    """Have them go on from their recorded steps, each in its own queue, with that queue's limits."""
    queues = {each.queue_name for each in workflows}
    for queue in queues:
        DBOS.resume_workflows([each.workflow_id for each in workflows if each.queue_name == queue], queue_name=queue)
