"""programme.toml: defaults, what a group or person may say for itself, and what is refused."""

from datetime import date

import pytest

from scheduler.core.interval import Horizon
from scheduler.core.people import Trip
from scheduler.core.repairs import Mode, RepairRules
from scheduler.core.series import Cadence
from scheduler.core.walltime import WallWindow
from scheduler.programme import Video, VideoProvider
from tests.programme.folders import SETTINGS, Folder


def test_defaults_hold_where_nothing_is_said(folder: Folder) -> None:
    """A name and two dates are enough."""
    programme = folder.load()
    assert (programme.name, programme.grid, programme.slack) == ("Spring 2027", 15, 1)
    assert (programme.first, programme.until) == (date(2027, 1, 11), date(2027, 7, 9))
    assert programme.horizon == Horizon(date(2027, 1, 11), 26)
    assert programme.video == Video(provider=VideoProvider.NONE)
    pair = programme.groups[0]
    assert (pair.title, pair.minutes, pair.cadence, pair.sessions, pair.movable) == ("Meeting", 45, Cadence(), 26, True)


def test_a_rotation_may_be_left_open(folder: Folder) -> None:
    """For all, or for one group; as long as nothing is chosen there is one slot, for any cadence."""
    folder.write(settings=SETTINGS + 'rotation = "auto"\nevery = "12 weeks"\n[groups.circle]\nrotation = 1\n')
    pair, circle = folder.load().groups
    assert (pair.rotates, pair.cadence) == (True, Cadence(every_weeks=12, rotation=1))
    assert (circle.rotates, circle.cadence) == (False, Cadence(every_weeks=12, rotation=1))


def test_a_group_differs_where_it_says_so(folder: Folder) -> None:
    """Each key of a group takes the place of the programme's, and the rest stays."""
    folder.write(
        settings=SETTINGS
        + """\
every = "2 weeks"
minutes = 30
anchor = "Lisbon"
rotation = 2
organizer = "dev"
[video]
provider = "jitsi"
[moves]
allowed = false
[groups.circle]
title = "Circle of three"
every = "month"
minutes = 90
anchor = "America/Bogota"
rotation = 1
sessions = 4
movable = true
organizer = "amara"
video = { provider = "url", url = "https://meet.example.org/circle" }
"""
    )
    pair, circle = folder.load().groups
    assert (pair.minutes, pair.anchor, pair.movable, pair.organizer) == (30, "Europe/Lisbon", False, "dev")
    assert (pair.cadence, pair.sessions) == (Cadence(every_weeks=2, rotation=2), 13)
    assert pair.video == Video(provider=VideoProvider.JITSI, host="meet.jit.si")
    assert (circle.title, circle.minutes, circle.anchor, circle.movable) == (
        "Circle of three",
        90,
        "America/Bogota",
        True,
    )
    assert (circle.cadence, circle.sessions, circle.organizer) == (Cadence(monthly=True), 4, "amara")
    assert circle.video == Video(provider=VideoProvider.URL, url="https://meet.example.org/circle")


def test_repairs_are_automatic_and_seldom_where_nothing_else_is_said(folder: Folder) -> None:
    """The defaults of the programme are those of each group."""
    programme = folder.load()
    assert {programme.repair, *(group.repair for group in programme.groups)} == {RepairRules()}
    assert programme.repair == RepairRules(mode=Mode.AUTO, most_a_month=1, most_of_one=2)


def test_a_group_s_repairs_differ_key_by_key(folder: Folder) -> None:
    """What a group does not say is as in the programme, and what that does not say is as by default."""
    general = '[repair]\nmode = "suggest"\nmost_a_month = 3\n'
    folder.write(settings=SETTINGS + general + '[groups.circle.repair]\nmode = "auto"\nmost_of_one = 0\n')
    programme = folder.load()
    pair, circle = programme.groups
    assert programme.repair == pair.repair == RepairRules(mode=Mode.SUGGEST, most_a_month=3)
    assert circle.repair == RepairRules(mode=Mode.AUTO, most_a_month=3, most_of_one=0)


def test_a_person_may_differ_on_single_dates(folder: Folder) -> None:
    """Overrides take the place of the hours of a date, off for none; a trip's zone may be a city."""
    folder.write(
        settings=SETTINGS
        + """\
[people.amara]
overrides = { "2027-03-09" = "12-15", 2027-03-10 = "off" }
[[people.amara.travel]]
zone = "Lisbon"
from = 2027-05-03
to = "2027-05-17"
"""
    )
    boundary = folder.load().people[0].boundary
    assert boundary.overrides == {date(2027, 3, 9): (WallWindow(720, 900),), date(2027, 3, 10): ()}
    assert boundary.travel == (Trip(date(2027, 5, 3), date(2027, 5, 17), "Europe/Lisbon"),)


P = "programme.toml"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("", f"{P}:1:1: the key programme is missing."),
        ('[programme]\nname = "x"\nuntil = 2027-01-01\n', f"{P}:1:1: the key from is missing."),
        (SETTINGS + "anchr = 'UTC'\n", f'{P}:5:1: unknown key "anchr". Did you mean anchor?'),
        (SETTINGS + "[groups.circle]\nminuts = 5\n", f'{P}:6:1: unknown key "minuts". Did you mean minutes?'),
        (SETTINGS + "[hollidays]\n", f'{P}:5:1: unknown key "hollidays". Did you mean holidays?'),
        (SETTINGS + "tenant_id = 1\n", f'{P}:5:1: unknown key "tenant_id".'),
        (SETTINGS + "[groups.circel]\n", f'{P}:5:1: "circel" is not in groups.csv. Did you mean circle?'),
        (SETTINGS + "[people.amra]\n", f'{P}:5:1: "amra" is not in people.csv. Did you mean amara?'),
        (SETTINGS + "organizer = 'amra'\n", f'{P}:5:1: organizer "amra" is nobody in people.csv. Did you mean amara?'),
        (SETTINGS + "minutes = 0\n", f'{P}:5:1: minutes: "0" should be greater than or equal to 1.'),
        (SETTINGS + "minutes = -45\n", f'{P}:5:1: minutes: "-45" should be'),
        (SETTINGS + "minutes = 1441\n", f'{P}:5:1: minutes: "1441" should be less than or equal to 1440.'),
        (SETTINGS + "minutes = true\n", f'{P}:5:1: minutes: "True" should be a valid integer.'),
        (SETTINGS + "minutes = nan\n", f'{P}:5:1: minutes: "nan" should be a valid integer.'),
        (SETTINGS + "minutes = 45.0\n", f'{P}:5:1: minutes: "45.0" should be a valid integer.'),
        (SETTINGS + "minutes = '45'\n", f'{P}:5:1: minutes: "45" should be a valid integer.'),
        (SETTINGS + f"minutes = {'9' * 400}\n", f'{P}:5:1: minutes: "99999'),
        (SETTINGS + f"minutes = {'9' * 5000}\n", f"{P}: is no proper TOML here: Exceeds the limit"),
        (SETTINGS + "grid = 25\n", f"{P}:5:1: grid: 25 minutes don't divide an hour."),
        (SETTINGS + "grid = 1\n", f'{P}:5:1: grid: "1" should be greater than or equal to 5.'),
        (SETTINGS + "slack = -1\n", f'{P}:5:1: slack: "-1" should be'),
        (SETTINGS + "rotation = 13\n", f'{P}:5:1: rotation: "13" should be from 1 to 12, or "auto".'),
        (SETTINGS + "rotation = 0\n", f'{P}:5:1: rotation: "0" should be from 1 to 12, or "auto".'),
        (SETTINGS + "rotation = true\n", f'{P}:5:1: rotation: "True" should be from 1 to 12'),
        (SETTINGS + "rotation = 'often'\n", f'{P}:5:1: rotation: "often" should be from 1 to 12'),
        (
            SETTINGS + "every = '5 weeks'\nrotation = 3\n",
            f"{P}:6:1: a rotation of 3 every 5 weeks comes round after 15.",
        ),
        (SETTINGS + "every = 'day'\n", f'{P}:5:1: every: "day" is no cadence.'),
        (SETTINGS + "every = 2\n", f"{P}:5:1: every: should be text in quotes."),
        (
            SETTINGS + "anchor = 'EST'\n",
            f'{P}:5:1: anchor: timezone "EST" is ambiguous. Did you mean America/New_York?',
        ),
        (SETTINGS + "blackout = [2027-02-01T10:00:00]\n", f"{P}:5:1: blackout: should be a date such as 2027-02-15"),
        (SETTINGS + "blackout = ['2027-02-30']\n", f'{P}:5:1: blackout: "2027-02-30" is no date.'),
        (
            SETTINGS + "sessions = 27\n",
            f"{P}:5:1: there is room for 26 sessions from 2027-01-11 until 2027-07-09, and not",
        ),
        (SETTINGS + "every = 'month'\nsessions = 7\n", f"{P}:6:1: there is room for 6 sessions"),
        (
            SETTINGS + "[groups.circle]\nquorum = 3\n",
            f"{P}:6:1: a quorum of 3 is more than the 2 optional people of the",
        ),
        (SETTINGS + "[groups.pair]\nquorum = 1\n", f"{P}:6:1: a quorum of 1 is more than the 0 optional people of the"),
        (SETTINGS + "[video]\nprovider = 'jitzi'\n", f'{P}:6:1: provider: "jitzi" is no provider. Did you mean jitsi?'),
        (SETTINGS + "[video]\nprovider = 'url'\n", f'{P}:5:1: video: provider = "url" needs a url.'),
        (
            SETTINGS + "[video]\nurl = 'javascript:alert(1)'\n",
            f'{P}:6:1: url: "javascript:alert(1)" is no address of a',
        ),
        (
            SETTINGS + "[video]\nurl = 'https://a@b.org/'\n",
            f'{P}:6:1: url: "https://a@b.org/" is no address of a room.',
        ),
        (SETTINGS + "[video]\nhost = 'meet.jit.si/x'\n", f'{P}:6:1: host: "meet.jit.si/x" is no host.'),
        (SETTINGS + "[holidays]\ncountries = ['XX']\n", f'{P}:6:1: countries: country "XX" is unknown.'),
        (SETTINGS + "[moves]\nallowed = 1\n", f'{P}:6:1: allowed: "1" should be a valid boolean.'),
        (SETTINGS + "[repair]\nmode = 'sugest'\n", f'{P}:6:1: mode: "sugest" is no mode. Did you mean suggest?'),
        (SETTINGS + "[repair]\nmode = 'often'\n", f'{P}:6:1: mode: "often" is no mode. Known: auto, suggest.'),
        (SETTINGS + "[repair]\nmode = true\n", f"{P}:6:1: mode: should be text in quotes."),
        (SETTINGS + "[repair]\nmost_a_mont = 1\n", f'{P}:6:1: unknown key "most_a_mont". Did you mean most_a_month?'),
        (SETTINGS + "[repair]\nmost_a_month = -1\n", f'{P}:6:1: most_a_month: "-1" should be'),
        (SETTINGS + "[groups.pair.repair]\nmost_of_one = 1.0\n", f'{P}:6:1: most_of_one: "1.0" should be'),
        (
            SETTINGS + '[groups.pair]\ntitle = "a\\r\\nATTENDEE:x"\n',
            f'{P}:6:1: title: "a\\r\\nATTENDEE:x" has a line break',
        ),
        (SETTINGS + "[people.amara]\noverrides = {'2027-03-09' = 'Mon 9-10'}\n", f"{P}:6:1: 2027-03-09: hours"),
        (SETTINGS + "[people.amara]\noverrides = {'9 March' = '9-10'}\n", f'{P}:6:1: 9 March: "9" is no date.'),
        (
            SETTINGS + "[people.amara]\ntravel = [{zone = 'Lisbon', from = 2027-05-17, to = 2027-05-03}]\n",
            f"{P}:6:1: travel: from 2027-05-17 is after to 2027-05-03.",
        ),
        (SETTINGS + "from = 2027-01-12\n", f"{P}:5:18: is no proper TOML here: Cannot overwrite a value"),
        (SETTINGS + "x = [\n", f"{P}: is no proper TOML here: Invalid value (at end of document)."),
        (SETTINGS + "minutes 45\n", f"{P}:5:9: is no proper TOML here: Expected '=' after a key"),
        (SETTINGS + "x = " + "[" * 9_000, f"{P}: is nested too deeply."),
        (SETTINGS + "x = [\n" + "[\n" * 100_000, f"{P}: is nested too deeply."),
        (SETTINGS + "a." * 4_000 + "a = 1\n", f"{P}:5: a line has more than 10000 characters or 200 dots."),
        (SETTINGS + ("a." * 150 + "a = 1\n") * 400, f"{P}: has more than 50000 dots."),
        (SETTINGS + "#" * 1_000_000, f"{P}: is larger than 1 MB."),
        (SETTINGS.encode("utf-16"), f"{P}: is in UTF-16."),
        (
            SETTINGS.replace("2027-07-09", "2027-01-10"),
            f"{P}:1:1: programme: from 2027-01-11 is after until 2027-01-10.",
        ),
        (
            SETTINGS.replace("2027-07-09", "2030-07-09"),
            f"{P}:1:1: programme: from 2027-01-11 until 2030-07-09 is longer",
        ),
        (SETTINGS.replace("2027-07-09", "2027-02-30"), f"{P}:4:9: is no proper TOML here: Invalid date"),
    ],
)
def test_what_can_not_hold_is_told_with_its_line(folder: Folder, settings: str | bytes, says: str) -> None:
    """The complaint names the line of the key, and what would be right."""
    complaint = folder.write(settings=settings).complaints()[0]
    assert complaint.startswith(says)
    assert len(complaint) < 300


def test_all_that_is_wrong_is_told_together(folder: Folder) -> None:
    """One round of mending is enough for several files."""
    folder.write(
        people="id,timezone,hours\namara,EST,9-5\nchen,UTC,\ndev,UTC,\n",
        groups="group,person,role\npair,amara,boss\npair,chen,\nsolo,dev,\n",
        settings=SETTINGS + "anchr = 'UTC'\nminutes = 0\n[groups.pair]\nquorum = 9\n",
    )
    assert sorted(complaint.split(": ")[0] for complaint in folder.complaints()) == [
        "groups.csv:2:3",
        "groups.csv:4:1",
        "people.csv:2:2",
        "people.csv:2:3",
        f"{P}:5:1",
        f"{P}:6:1",
    ]


def test_groups_are_checked_though_other_files_are_wrong(folder: Folder) -> None:
    """A quorum that can't be reached is told beside a zone that can't be read."""
    folder.write(
        people="id,timezone\namara,EST\nchen,UTC\ndev,UTC\n", settings=SETTINGS + "[groups.pair]\nquorum = 1\n"
    )
    assert [complaint.split(": ")[0] for complaint in folder.complaints()] == ["people.csv:2:2", f"{P}:6:1"]
