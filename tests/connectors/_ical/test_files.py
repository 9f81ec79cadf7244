"""Which files are opened, and which never."""

import os
from pathlib import Path

import pytest

from connectors._ical.files import MOST_BYTES, read_below, read_file
from scheduler.errors import InputError, Unavailable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a calendar, beside a secret that is none."""
    root = tmp_path / "programme"
    (root / "calendars").mkdir(parents=True)
    (root / "calendars" / "ana.ics").write_bytes(b"ana")
    (tmp_path / "secret").write_bytes(b"secret")
    return root


def test_a_file_below_the_folder_is_read(root: Path) -> None:
    """By its path from there."""
    assert read_below(root, "calendars/ana.ics") == b"ana"
    assert read_below(root, "./calendars//ana.ics") == b"ana"


@pytest.mark.parametrize(
    "name",
    ["../secret", "calendars/../../secret", "/proc/self/environ", "", ".", "calendars/ana.ics\0", "//etc/passwd"],
)
def test_a_path_that_leads_out_of_the_folder_is_refused(root: Path, name: str) -> None:
    """Upwards, absolute, empty, or cut by a NUL."""
    with pytest.raises(InputError, match="is no calendar file of this folder"):
        read_below(root, name)


def test_no_link_is_followed_below_the_folder(root: Path) -> None:
    """Neither a file nor a folder on the way, nor one that leads to where it is."""
    (root / "link.ics").symlink_to(root.parent / "secret")
    (root / "folder").symlink_to(root.parent)
    (root / "loop.ics").symlink_to("loop.ics")
    for name in ("link.ics", "folder/secret", "loop.ics"):
        with pytest.raises(Unavailable):
            read_below(root, name)


def test_a_file_swapped_for_a_link_is_not_followed(root: Path) -> None:
    """What counts is what is opened, not what was there before."""
    assert read_below(root, "calendars/ana.ics") == b"ana"
    (root / "calendars" / "ana.ics").unlink()
    (root / "calendars" / "ana.ics").symlink_to(root.parent / "secret")
    with pytest.raises(Unavailable, match="is a link"):
        read_below(root, "calendars/ana.ics")


def test_a_pipe_does_not_keep_us_waiting(root: Path) -> None:
    """Nobody writes into it."""
    os.mkfifo(root / "pipe.ics")
    with pytest.raises(Unavailable, match="It is no file"):
        read_below(root, "pipe.ics")


def test_folders_devices_and_missing_files_have_a_reason(root: Path) -> None:
    """In one line."""
    for name, reason in (
        ("calendars", "It is no file"),
        ("none.ics", "no such file"),
        ("calendars/ana.ics/x", "no such"),
    ):
        with pytest.raises(Unavailable, match=reason):
            read_below(root, name)
    with pytest.raises(Unavailable, match="It is no file"):
        read_file(Path("/dev/zero"))
    with pytest.raises(Unavailable, match="name is too long"):
        read_below(root, "a" * 5000)


def test_a_file_that_is_too_large_is_not_read_to_its_end(root: Path) -> None:
    """One byte more than the limit; it takes no room on the disk."""
    with (root / "large.ics").open("wb") as file:
        file.truncate(MOST_BYTES)
    assert len(read_below(root, "large.ics")) == MOST_BYTES
    with (root / "large.ics").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Unavailable, match="larger than 10 MB"):
        read_below(root, "large.ics")


def test_a_file_that_somebody_names_is_read_through_links(root: Path) -> None:
    """It is their own; a NUL in its name is no traceback."""
    (root / "link.ics").symlink_to(root / "calendars" / "ana.ics")
    assert read_file(root / "link.ics") == b"ana"
    with pytest.raises(Unavailable):
        read_file(Path("a\0b"))
