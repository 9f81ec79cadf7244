"""A small programme folder that is right, to be altered by tests."""

from pathlib import Path

import pytest

from scheduler.programme import Programme, ProgrammeErrors, load

PEOPLE = """\
id,name,email,timezone,locale,country,hours,preferred,days_off,max_per_day,max_per_week,gap,notice,calendar
amara,Amara N.,amara@example.org,Europe/London,en-GB,GB-ENG,"Mon-Fri 9-17, not 12-13",10-16,2027-W07,2,4,10m,24h,c/a.ics
chen,Chen L.,chen@example.org,New York,en-US,US,9-17,,,,,,,
dev,,,Asia/Kolkata,,,,,,,,,,
"""
GROUPS = """\
group,person,role
pair,amara,
pair,chen,
circle,chen,chair
circle,amara,optional
circle,dev,optional
"""
SETTINGS = """\
[programme]
name = "Spring 2027"
from = 2027-01-11
until = 2027-07-09
"""


class Folder:
    """A programme folder whose files a test replaces one by one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write(people=PEOPLE, groups=GROUPS, settings=SETTINGS)

    def write(self, **files: str | bytes) -> "Folder":
        """Replace files: people, groups, settings."""
        names = {"people": "people.csv", "groups": "groups.csv", "settings": "programme.toml"}
        for name, content in files.items():
            (self.path / names[name]).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def load(self) -> Programme:
        """The folder as a programme."""
        return load(self.path)

    def complaints(self) -> list[str]:
        """What is wrong with the folder, line by line."""
        with pytest.raises(ProgrammeErrors) as error:
            self.load()
        assert str(error.value) == "\n".join(str(one) for one in error.value.errors)
        return [str(one) for one in error.value.errors]
