"""Where a calendar is, as people write it, and what of it may be shown."""

import pytest

from scheduler.core.address import Kind, label, parse_address
from scheduler.errors import InputError


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("calendars/ana.ics", Kind.FILE, "calendars/ana.ics"),
        ("https://example.org/a.ics?key=1", Kind.ICS, "https://example.org/a.ics?key=1"),
        ("WEBCAL://example.org/a.ics", Kind.ICS, "https://example.org/a.ics"),
        ("caldav:https://dav.example.org/ana/", Kind.CALDAV, "https://dav.example.org/ana/"),
        ("google:ana@example.org", Kind.GOOGLE, "ana@example.org"),
        ("Outlook:ana@example.org", Kind.OUTLOOK, "ana@example.org"),
    ],
)
def test_an_address_is_of_one_kind(text: str, kind: Kind, rest: str) -> None:
    """And its own text leads to the same address again."""
    found = parse_address(text)
    assert (found.kind, found.rest) == (kind, rest)
    assert parse_address(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "../x.ics", "/etc/passwd", "a b.ics", "x\n.ics", "x" * 3000),
        *("https://", "https://[::1", "https://u:p@example.org/", "https://example.org:99999/", "ftp://example.org/a"),
        *("file:///etc/passwd", "caldav:ana", "google:ana", "outlook:a@b@c", "javascript:alert(1)"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """In words, and without what may be a secret."""
    with pytest.raises(InputError) as told:
        parse_address(text)
    assert "u:p" not in str(told.value)


def test_of_a_url_only_the_host_is_shown() -> None:
    """Whoever knows a secret address can read the calendar; two of a host are told apart."""
    one, other = (
        label("https://u:p@example.org:8443/private-a/x.ics?key=1"),
        label("https://example.org/private-b/x.ics"),
    )
    assert one.startswith("https://example.org/…")
    assert "private" not in one + other
    assert one != other
    assert label(one) == one
    assert label("webcal://example.org/private").startswith("webcal://example.org/…")
    assert label("caldav:https://dav.example.org/ana/").startswith("caldav:https://dav.example.org/…")
    assert label("calendars/ana.ics") == "calendars/ana.ics"
    assert label("google:ana@example.org") == "google:ana@example.org"
