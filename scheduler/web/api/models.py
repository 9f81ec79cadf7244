"""What the API says and takes, as pydantic has it: the OpenAPI is made of these."""

from typing import Annotated, Any

from pydantic import Field

from scheduler.core.decision import Action, State
from scheduler.core.job import JobState
from scheduler.web.api.shapes import Asked, Instant, Moment, Paged, Said


class Programme(Said):
    """A programme. `revision` counts the changes of its files; `stopped` says why nothing is written, if nothing is."""

    id: str
    name: str
    first: Annotated[str, Field(description="Its first day (YYYY-MM-DD).")]
    until: Annotated[str, Field(description="Its last day.")]
    weeks: int
    people: int
    groups: int
    sessions_due: int
    sessions_placed: int
    waiting: Annotated[int, Field(description="Proposals that wait for somebody's word.")]
    unpublished: Annotated[bool, Field(description="Whether a plan was made that is not applied.")]
    stopped: str


class Limits(Said):
    """A person's limits, written as in people.csv."""

    timezone: str
    hours: str
    preferred: str
    days_off: str
    max_per_day: str
    max_per_week: str
    gap: str
    notice: str


class NewLimits(Asked):
    """Limits to change, written as in people.csv; what is not named stays. An empty text takes a limit away."""

    timezone: Annotated[str, Field(max_length=64, examples=["Europe/London"])] | None = None
    hours: Annotated[str, Field(max_length=500, examples=["Mon-Fri 9-17, not 12-13"])] | None = None
    preferred: Annotated[str, Field(max_length=500, examples=["Mon-Thu 10-16"])] | None = None
    days_off: Annotated[str, Field(max_length=2_000, examples=["2027-03-01..2027-03-05"])] | None = None
    max_per_day: Annotated[str, Field(max_length=10, examples=["2"])] | None = None
    max_per_week: Annotated[str, Field(max_length=10, examples=["4"])] | None = None
    gap: Annotated[str, Field(max_length=20, examples=["10 min"])] | None = None
    notice: Annotated[str, Field(max_length=20, examples=["24h"])] | None = None


class Person(Said):
    """Somebody who takes part: whether they can be planned for, and what the plan that stands asks of them."""

    id: str
    name: str
    tz: str
    groups: list[str]
    calendar: Annotated[str, Field(description="connected, painted, sign-in, unread or none.")]
    ready: bool
    meetings_a_week: float
    outside_minutes_a_month: Annotated[float, Field(description="Outside of the hours that they prefer.")]


class PersonWithLimits(Person):
    """Somebody, and what others may book."""

    limits: Limits


class Group(Said):
    """People who meet. `due`, `placed`: sessions of what stands."""

    id: str
    people: list[str]
    required: list[str]
    optional: list[str]
    quorum: int
    every_weeks: int
    monthly: bool
    minutes: int
    sessions: int
    anchor_tz: str
    due: int
    placed: int


class Occurrence(Said):
    """A session that stands. `session` counts from 1."""

    group: str
    session: int
    status: Annotated[str, Field(description="held, moved or pinned.")]
    start: Moment
    end: Moment
    absent: list[str]


class CoverageRow(Said):
    """A group, week by week."""

    group: str
    weeks: Annotated[list[str], Field(description="One for each week: none, holds, moves, skipped or missing.")]


class Coverage(Paged[CoverageRow]):
    """What becomes of every group in every week; `mondays` are the weeks."""

    mondays: list[str]


class Burden(Said):
    """What somebody carries."""

    person: str
    minutes_a_month: float


class Cause(Said):
    """Who can't come, and for which kind of limit; never when they are busy with what."""

    person: str
    limit: str


class Decision(Said):
    """Something that was decided of a session that stood, or that waits for somebody's word (`state` proposed)."""

    id: str
    at: str
    action: Action
    state: State
    group: str
    session: int | None
    before: str | None
    after: str | None
    causes: list[Cause]
    by: str
    why: str
    options: list[str]
    words: str


class Acceptance(Asked):
    """How a proposal is accepted."""

    to: Annotated[Instant | None, Field(description="Another time; without it: as it was proposed.")] = None


class SlotSession(Said):
    """One date of a slot."""

    start: str
    status: str


class Slot(Said):
    """A recurring time. `local`: the usual time by person; `none`: dates without a time."""

    local: dict[str, str]
    anchor_zone: str
    holds: int
    moves: int
    none: int
    outside_minutes: int
    sessions: list[SlotSession]
    why: list[str]


class Slots(Said):
    """The best recurring times, best first."""

    slots: list[Slot]


class Blocker(Said):
    """A kind of limit that keeps somebody from some of the dates."""

    person: str
    limit: str
    detail: str
    dates: list[str]


class Explanation(Said):
    """Why a time is possible or not. `asked`: of a time; else of what the plan lacks."""

    series: str
    anchor_zone: str
    asked: bool
    dates: list[str]
    holds: list[str]
    blockers: list[Blocker]
    reasons: list[str]


class NewPlan(Asked):
    """What to plan. Nothing is written to calendars before it is applied."""

    replan: Annotated[bool, Field(description="Plan anew what is published and not yet frozen, too.")] = False
    seconds: Annotated[float | None, Field(ge=1, le=3600, description="Stop then, and keep the best.")] = None


class Job(Said):
    """Long work. `progress` is as its kind has it: stage, done, of, happen, bound, gap, seconds, ..."""

    id: str
    kind: str
    state: JobState
    at: str
    started_at: str | None
    ended_at: str | None
    stopping: bool
    progress: dict[str, Any]
    detail: Annotated[str, Field(description="Why it failed, where it did.")]


class Counts(Said):
    """Sessions that applying a plan would move, cancel (or skip), add, and leave; and groups that change."""

    move: int
    cancel: int
    add: int
    stay: int
    groups: int


class Plan(Said):
    """The plan that was made last. `id` names just these changes: it is another one once anything else stands.

    `stale`: why it can't be applied any more, and there is no change; plan again.
    """

    id: str
    decided_at: str
    stale: str
    changes: Counts
    score: dict[str, Any]


class ChangeLine(Said):
    """One session that changes; of a group that is new or ends, all together (`session` null, `count`)."""

    group: str
    session: int | None
    change: Annotated[str | None, Field(description="added, moved, skipped, restored, dropped; null: people or link.")]
    count: int
    before: Moment | None
    after: Moment | None
    told: list[str]
    causes: list[Cause]


class Applied(Said):
    """What was decided; `writes_owed` go to calendars within seconds, or as soon as they can be reached."""

    changes: Counts
    writes_owed: int
