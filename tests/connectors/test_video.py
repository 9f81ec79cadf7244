"""connectors/video.py: rooms that can't be guessed, and addresses that are ones."""

import re

import pytest

from connectors.video import FixedRoom, JitsiRooms, NoVideo
from scheduler.errors import InputError

SECRET = bytes(range(32))


def test_a_room_is_the_same_at_every_call() -> None:
    """A group keeps its room through every change of its plan."""
    assert JitsiRooms("meet.example.org", SECRET).room("spring", "pair-1") == JitsiRooms(
        "meet.example.org", SECRET
    ).room("spring", "pair-1")


def test_groups_programmes_and_secrets_have_rooms_of_their_own() -> None:
    """Nobody gets into another group's room by knowing their own."""
    rooms = JitsiRooms("meet.example.org", SECRET)
    found = {
        rooms.room("spring", "pair-1"),
        rooms.room("spring", "pair-2"),
        rooms.room("autumn", "pair-1"),
        rooms.room('spring", "pair', "-1"),
        JitsiRooms("meet.example.org", SECRET[::-1]).room("spring", "pair-1"),
    }
    assert len(found) == 5


def test_a_rooms_name_holds_130_bits_and_no_word() -> None:
    """The name is 26 signs of base32 and nothing else."""
    room = JitsiRooms("meet.example.org:8443", SECRET).room("spring", "pair-1")
    assert re.fullmatch(r"https://meet\.example\.org:8443/[a-z2-7]{26}", room)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "https://meet.example.org",
        "meet.example.org/x",
        "a@b",
        "a b",
        "-a.org",
        "a..b",
        "a\r\nb",
        "m\u00e9et.org",
        "a:b",
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    """A host is a name and perhaps a port: no scheme, path, user or line break."""
    with pytest.raises(InputError, match="is no host"):
        JitsiRooms(host, SECRET)


def test_a_short_secret_is_refused() -> None:
    """A secret of fewer than 128 bits would make guessable rooms."""
    with pytest.raises(ValueError, match="short secret"):
        JitsiRooms("meet.example.org", b"short")


def test_a_fixed_room_is_given_as_it_is() -> None:
    """Somebody's own address is used unchanged, for every group."""
    assert (
        FixedRoom("https://meet.example.org/j/1?pwd=a%20b#c").room("p", "g")
        == "https://meet.example.org/j/1?pwd=a%20b#c"
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://meet.example.org/a",
        "javascript:alert(1)",
        "https://",
        "https://user:word@meet.example.org/a",
        "https://meet.example.org/a\r\nATTENDEE:x",
        "https://meet.example.org/a b",
        'https://meet.example.org/"',
        "https://[::1",
    ],
)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    """Only https, a plain host, and no sign that could end the line or the address."""
    with pytest.raises(InputError, match="is no address"):
        FixedRoom(url)


def test_no_video_is_no_address() -> None:
    """A programme without video has no link anywhere."""
    assert NoVideo().room("p", "g") == ""
