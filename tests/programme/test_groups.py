"""groups.csv: roles, and who may be in a group."""

import pytest

from tests.programme.folders import Folder


def test_roles_make_a_group(folder: Folder) -> None:
    """An empty role is required; the order is that of the file, the chair first."""
    pair, circle = folder.load().groups
    assert (pair.chair, pair.required, pair.optional) == (None, ("amara", "chen"), ())
    assert (circle.chair, circle.required, circle.optional) == ("chen", (), ("amara", "dev"))
    assert circle.members == ("chen", "amara", "dev")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("g,amara,\n", "groups.csv:2:1: group g has one person, and a meeting takes two."),
        ("g,amara,\ng,chen,\ng,amara,\n", "groups.csv:4:2: amara is in this group twice."),
        ("g,amara,\ng,chen,\ng,amara,optional\n", "groups.csv:4:2: amara is in this group twice."),
        ("g,amara,chair\ng,chen,chair\ng,dev,\n", "groups.csv:3:3: this group has a chair already, amara."),
        ("g,amra,\ng,chn,\n", 'groups.csv:2:2: "amra" is nobody in people.csv. Did you mean amara?'),
        ("g,amra,\ng,chen,\ng,dev,\n", 'groups.csv:2:2: "amra" is nobody in people.csv. Did you mean amara?'),
        ("g,Amara,\ng,chen,\ng,dev,\n", 'groups.csv:2:2: "Amara" is nobody in people.csv. Did you mean amara?'),
        (
            "g,amara,menter\ng,chen,\n",
            'groups.csv:2:3: unknown role "menter". The roles are chair, required, optional.',
        ),
        ("g,amara,optionl\ng,chen,\n", 'groups.csv:2:3: unknown role "optionl". Did you mean optional?'),
        ("g,amara,\ng,chen,\nG,dev,\n", 'groups.csv:4:1: group "G" is spelled g elsewhere.'),
        ("../g,amara,\n", 'groups.csv:2:1: "../g" is no id. Use letters a-z'),
        (",amara,\n", "groups.csv:2:1: group is missing."),
        ("g,,\ng,amara,\ng,chen,\n", "groups.csv:2:2: person is missing."),
    ],
)
def test_who_can_not_be_in_a_group_is_told(folder: Folder, rows: str, says: str) -> None:
    """One person alone, the same twice or in two roles, two chairs, strangers, and names that collide."""
    complaint = folder.write(groups="group,person,role\n" + rows).complaints()[0]
    assert complaint.startswith(says)


def test_where_nobody_is_known_strangers_are_not_told(folder: Folder) -> None:
    """When people.csv can't be read, that is the one thing to mend."""
    assert folder.write(people="id,timezone,id\n").complaints() == ['people.csv:1:3: the column "id" is there twice.']


def test_two_groups_may_have_the_same_people(folder: Folder) -> None:
    """A pair that also meets otherwise is two groups; the ids tell them apart."""
    rows = "group,person\na,amara\na,chen\nb,chen\nb,amara\n"
    assert [group.members for group in folder.write(groups=rows).load().groups] == [
        ("amara", "chen"),
        ("chen", "amara"),
    ]


def test_a_group_of_thousands_is_read(folder: Folder) -> None:
    """Size is no error here."""
    people = "id,timezone\n" + "".join(f"p{i},Europe/Lisbon\n" for i in range(10_000))
    groups = "group,person,role\n" + "".join(f"all,p{i},optional\n" for i in range(10_000))
    (group,) = folder.write(people=people, groups=groups).load().groups
    assert len(group.members) == 10_000
