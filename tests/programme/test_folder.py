"""A folder as a whole: whatever stands in its files, it is a programme or a list of complaints."""

import random

import pytest

from scheduler.errors import InputError
from scheduler.programme import ProgrammeErrors
from tests.programme.folders import GROUPS, PEOPLE, SETTINGS, Folder

FILES = {"people": PEOPLE, "groups": GROUPS, "settings": SETTINGS + "[groups.circle]\nquorum = 1\n[people.amara]\n"}
SPLICES = (
    "\0",
    "\n",
    ",",
    '"',
    "'",
    "[",
    "]",
    "=",
    "é",
    "\ufeff",
    "-1",
    "1e400",
    "amara",
    "EST",
    "2027-02-30",
    "{",
    "\x85",
)


def spoiled(text: str, dice: random.Random) -> bytes:
    """A text with up to four slips: something put in, cut out, doubled, or written in Latin-1."""
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(text) + 1)
        to = min(len(text), at + dice.randrange(12))
        text = text[:at] + dice.choice(["", *SPLICES, text[at:to] * 2]) + text[to:]
    return text.encode(dice.choice(["utf-8", "utf-8", "utf-8", "latin-1"]), errors="replace")


@pytest.mark.campaign(2000)
def test_slips_are_told_and_nothing_else_happens(folder: Folder, seed: int) -> None:
    """A spoiled file gives a programme or complaints that name a file, each on one line; no other error escapes."""
    dice = random.Random(seed)
    spoil = dice.choice(list(FILES))
    folder.write(**FILES | {spoil: spoiled(FILES[spoil], dice)})
    for one in complaints_of(folder):
        assert isinstance(one, InputError)
        assert one.where.startswith(("people.csv", "groups.csv", "programme.toml"))
        assert "\n" not in str(one)


def complaints_of(folder: Folder) -> tuple[InputError, ...]:
    """What is wrong with a folder; nothing where it is a programme."""
    try:
        folder.load()
    except ProgrammeErrors as error:
        return error.errors
    return ()


def test_a_folder_reads_the_same_each_time(folder: Folder) -> None:
    """A programme is a value: equal files, equal programmes."""
    assert folder.load() == folder.load()


def test_twenty_slips_among_five_thousand_are_all_told(folder: Folder) -> None:
    """Each at its row and column, so that one round of mending is enough."""
    rows = [f"p{i},Europe/Lisbon,Mon-Fri 9-17,p{i}@example.org" for i in range(5000)]
    for i in range(100, 5000, 245):
        rows[i] = f"p{i},Europe/Lisbn,Mon-Fri 9-17,p{i}@example.org"
    people = "id,timezone,hours,email\n" + "\n".join(rows)
    complaints = folder.write(people=people, groups="group,person\n").complaints()
    told = 'timezone "Europe/Lisbn" is unknown. Did you mean Europe/Lisbon?'
    assert complaints == [f"people.csv:{i + 2}:2: {told}" for i in range(100, 5000, 245)]
