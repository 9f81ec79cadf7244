"""A ledger: what each person carries, what of it nobody could have spared them, and what they carried before.

As a JSON document (docs/reference-formats.md) it is what the next programme takes as its `earlier`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scheduler.core.burden import Account, accounts
from scheduler.core.fairness import best_alone
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.strict import Id, parsed

FORMAT = "rondo/fairness/1"


@dataclass(frozen=True, slots=True)
class Carried:
    """What somebody bore in earlier programmes: minutes outside preferred hours, and sessions planned."""

    pain: int = 0
    planned: int = 0

    @property
    def burden(self) -> float:
        """Minutes outside preferred hours per session planned."""
        return self.pain / self.planned if self.planned else 0.0


Earlier = Mapping[str, Carried]
NOTHING = Carried()


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's line: the account of this plan, the burden that they can't avoid, and what they carried before.

    `shares`: by index of a series, which part of the pain of all its members is theirs.
    """

    account: Account
    unavoidable: float
    carried: Carried
    shares: Mapping[int, float]

    @property
    def above(self) -> float:
        """How much of the burden is beyond what can't be avoided."""
        return max(0.0, self.account.burden - self.unavoidable)

    @property
    def ever(self) -> Carried:
        """This programme and the earlier ones together."""
        return Carried(self.carried.pain + self.account.total, self.carried.planned + self.account.planned)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everybody's entries, who bore most in all programmes together first; `gone`: who is in earlier ones alone."""

    entries: tuple[Entry, ...]
    gone: Earlier

    @property
    def worst_above(self) -> float:
        """The largest burden beyond what can't be avoided."""
        return max((entry.above for entry in self.entries), default=0.0)

    def share(self, entry: Entry) -> float:
        """Which part of all pain of this plan is one person's."""
        return _part(entry.account.total, sum(each.account.total for each in self.entries))


def ledger(problem: Problem, plan: Plan, previous: Plan | None = None, earlier: Earlier | None = None) -> Ledger:
    """The ledger of a plan for a problem, and of the plan that it repairs; `earlier`: what people carried before."""
    alone, before = best_alone(problem, previous), earlier or {}
    found = accounts(problem, plan)
    of_series: Counter[int] = Counter()
    for account in found:
        of_series.update(account.by_series())
    entries = [
        Entry(
            account,
            alone[account.person],
            before.get(account.person, NOTHING),
            {number: _part(pain, of_series[number]) for number, pain in account.by_series().items()},
        )
        for account in found
    ]
    entries.sort(key=lambda entry: -entry.ever.burden)  # stable: of equal ones the largest burden of this plan first
    return Ledger(tuple(entries), {who: before[who] for who in sorted(before.keys() - alone.keys())})


def ledger_to_json(problem: Problem, book: Ledger) -> dict[str, Any]:
    """The people of a ledger; with the document's other keys it is what `earlier_from_json` reads."""
    return {
        "people": [_entry_document(problem, book, entry) for entry in book.entries],
        "gone": [{"id": who, "pain": was.pain, "planned": was.planned} for who, was in book.gone.items()],
    }


def earlier_from_json(text: str | bytes, where: str) -> Earlier:
    """What people carried by the ledger of an earlier programme and of those before it. Raises InputError."""
    document = parsed(_LEDGER, text, where)
    found = {entry.id: Carried(entry.pain, entry.planned) for entry in document.gone}
    return found | {entry.id: _with(entry, entry.carried) for entry in document.people}


def _entry_document(problem: Problem, book: Ledger, entry: Entry) -> dict[str, Any]:
    account = entry.account
    names = [series.id for series in problem.series]
    sessions = zip(account.series.tolist(), account.session.tolist(), account.pain.tolist(), strict=True)
    monday = problem.horizon.first_monday
    return {
        "id": account.person,
        "pain": account.total,
        "planned": account.planned,
        "attended": account.attended,
        "moved": account.moved,
        "burden": round(account.burden, 3),
        "unavoidable": round(entry.unavoidable, 3),
        "above": round(entry.above, 3),
        "share": round(book.share(entry), 3),
        "carried": {"pain": entry.carried.pain, "planned": entry.carried.planned},
        "ever": round(entry.ever.burden, 3),
        "groups": {
            names[number]: {"pain": pain, "share": round(entry.shares[number], 3)}
            for number, pain in account.by_series().items()
        },
        "weeks": {
            (monday + timedelta(weeks=week)).isoformat(): pain for week, pain in sorted(account.by_week().items())
        },
        "sessions": [
            {"group": names[number], "session": index + 1, "pain": pain} for number, index, pain in sessions if pain
        ],
    }


def _part(pain: int, whole: int) -> float:
    return pain / whole if whole else 0.0


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


Sum = Annotated[int, Field(ge=0, le=10**12)]


class _Carried(_Model):
    pain: Sum = 0
    planned: Sum = 0


class _Gone(_Carried):
    id: Id


class _Person(_Gone):
    carried: _Carried = _Carried()


class _Ledger(_Model):
    schema_: Literal["rondo/fairness/1"] = Field(alias="schema")
    people: list[_Person]
    gone: list[_Gone] = []


_LEDGER = TypeAdapter(_Ledger)


def _with(one: _Carried, other: _Carried) -> Carried:
    return Carried(one.pain + other.pain, one.planned + other.planned)
