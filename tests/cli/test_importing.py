"""`import`: words, document, codes; and what commands say of a folder that went into a service."""

from pathlib import Path

from tests.cli.conftest import Rondo
from tests.desks import Desk


def test_a_published_folder_goes_into_a_service_and_is_worked_on_there(rondo: Rondo, desk: Desk) -> None:
    """Commands on the old folder say where it is by now; the same command brings changed files in."""
    desk.publish()
    said = rondo("import", "spring", "--data", "data")
    assert said.code == 0
    assert "with what was published from it" in said.out
    inside = Path("data/programmes/spring").resolve()
    assert rondo("watch", inside, "--once").out == "Everything holds.\n"
    refused = rondo("watch", "spring", "--once")
    assert refused.code == 1
    assert str(inside) in refused.complaint
    again = rondo("import", "spring", "--data", "data", "--json").document
    assert again == {
        "schema": "rondo/import/1",
        "programme": "spring",
        "folder": str(inside),
        "revision": 1,
        "joined": False,
        "changed": False,
    }


def test_what_can_not_be_imported_is_told_in_a_line(rondo: Rondo, desk: Desk) -> None:
    """And leaves the folder as it is."""
    Path("file").write_text("no directory")
    for words, *arguments in (
        ("is no id", "spring", "--data", "data", "--id", "../x"),
        ("can't be made", "spring", "--data", "file"),
        ("no such file", "nowhere", "--data", "data"),
    ):
        said = rondo("import", *arguments)
        assert said.code != 0
        assert words in said.err
        assert "Traceback" not in said.err
    assert rondo("watch", "spring", "--once").code == 0
