"""What went wrong while reading: warnings by event, and whose dates stay unknown."""

from dataclasses import dataclass, field

from connectors._ical.scan import Component
from scheduler.core.freebusy import ReadWarning

LONGEST_UID = 80


@dataclass(slots=True)
class Findings:
    """Warnings (owner, warning) and owners of whom something is unknown; an owner is the number of a UID."""

    warnings: list[tuple[int, ReadWarning]] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)

    def of(self, owner: int, component: Component) -> "Report":
        """Where to tell what goes wrong with one event."""
        return Report(self, owner, component)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings about one event. Warnings name its UID and its line; it has no title to name."""

    findings: Findings
    owner: int
    component: Component

    def warn(self, what: str) -> None:
        """Something was repaired or left out, and people should know."""
        uid = "".join(letter if letter.isprintable() else "?" for letter in self.component.text(b"UID")[:LONGEST_UID])
        self.findings.warnings.append((self.owner, ReadWarning(what, uid, self.component.line)))

    def cannot_know(self, what: str, so: str = "When it takes place is not known.") -> None:
        """Some of its dates can't be known, so nobody can be called free because of it."""
        self.findings.unknown.add(self.owner)
        self.warn(f"{what} {so}")
