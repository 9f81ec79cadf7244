"""groups.csv: who belongs to which group, in which role."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.programme.complaints import Complaints
from scheduler.programme.overlay import Overlay
from scheduler.programme.table import Row, read_table
from scheduler.programme.text import identifier

FEWEST = 2  # people without whom there is no meeting


class Role(StrEnum):
    """What a person is in a group; without the chair and the required there is no session."""

    CHAIR = "chair"
    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Membership:
    """The people of one group with their roles, in the order of the file."""

    people: dict[str, Role] = field(default_factory=dict)

    def of(self, role: Role) -> tuple[str, ...]:
        """The people in a role."""
        return tuple(person for person, theirs in self.people.items() if theirs is role)


def read_groups(path: Path, known: Collection[str], complaints: Complaints, overlay: Overlay) -> dict[str, Membership]:
    """Each group's people by its id, in the order of the file; `known` are the ids of people.csv.

    Where nobody is known, people.csv is what to complain of, and not every name here.
    """
    groups: dict[str, list[Row]] = defaultdict(list)
    spelling: dict[str, str] = {}
    for row in overlay.roles(read_table(path, ("group", "person"), ("role",), complaints), complaints):
        group = row.needed("group", identifier)
        if group and spelling.setdefault(group.casefold(), group) != group:
            row.complain(
                "group",
                _("group %(group)s is spelled %(other)s elsewhere.")
                % {"group": quoted(group), "other": spelling[group.casefold()]},
            )
        elif group:
            groups[group].append(row)
    return {group: _membership(group, rows, known) for group, rows in groups.items()}


def _membership(group: str, rows: Sequence[Row], known: Collection[str]) -> Membership:
    if len(rows) < FEWEST:
        rows[0].complain("group", _("group %(group)s has one person, and a meeting takes two.") % {"group": group})
    membership = Membership()
    for row in rows:
        _join(membership, row, known)
    return membership


def _join(group: Membership, row: Row, known: Collection[str]) -> None:
    person = row.needed("person", lambda text: _person(text, known))
    role = row.read("role", _role, Role.REQUIRED)
    if person in group.people:
        row.complain("person", _("%(person)s is in this group twice.") % {"person": person})
    elif role is Role.CHAIR and (chairs := group.of(Role.CHAIR)):
        row.complain("role", _("this group has a chair already, %(chair)s.") % {"chair": chairs[0]})
    elif person:
        group.people[person] = role


def _person(text: str, known: Collection[str]) -> str:
    if known and text not in known:
        raise InputError(
            _("%(text)s is nobody in people.csv.") % {"text": quoted(text)}, hint=did_you_mean(text, known)
        )
    return text


def _role(text: str) -> Role:
    known = {role.value: role for role in Role}
    if text.casefold() not in known:
        hint = did_you_mean(text, known) or _("The roles are %(known)s.") % {"known": ", ".join(known)}
        raise InputError(_("unknown role %(text)s.") % {"text": quoted(text)}, hint=hint)
    return known[text.casefold()]
