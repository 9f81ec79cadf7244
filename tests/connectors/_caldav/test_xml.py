"""connectors/_caldav/xml.py: answers of strangers."""

import pytest

from connectors._caldav.xml import multistatus, parsed, precondition, query_uid
from scheduler.errors import Unavailable

SPACE = 'xmlns:D="DAV:"'
EMPTY = f"<D:multistatus {SPACE}></D:multistatus>"
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><title>Sign in</title></html>",
        "<!DOCTYPE html><html><body><p>Sign in</body></html>",
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><D:multistatus {SPACE}>&e;</D:multistatus>',
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">{EMPTY}',
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><D:multistatus {SPACE}>&l9;</D:multistatus>',
        f'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]>{EMPTY}',
        EMPTY[:-5],
        '<?xml version="1.0" encoding="martian"?>' + EMPTY,
        "<a>" * 100_000,
        '{"error": "CANARY"}',
        "<multistatus/>",
    ],
)
def test_what_is_no_answer_is_told_without_its_words(text: str) -> None:
    """Pages, cut XML, entities that grow, and those that fetch something (fault B14)."""
    with pytest.raises(Unavailable, match="not one of CalDAV") as caught:
        multistatus(text.encode())
    assert caught.value.__cause__ is None


def test_deep_xml_is_read_without_harm() -> None:
    """A tree so deep ends no process."""
    assert parsed(b"<a>" * 50_000 + b"</a>" * 50_000) is not None


def test_properties_are_those_that_the_server_found() -> None:
    """Each with the status of its group."""
    text = f"""<D:multistatus {SPACE}><D:response><D:href> /a%20b/ </D:href>
        <D:propstat><D:prop><D:getetag>"1"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
        <D:propstat><D:prop><D:owner/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>
        </D:response><D:response><D:href>/b</D:href><D:status>HTTP/1.1 507 Full</D:status></D:response>
        <D:sync-token>t</D:sync-token></D:multistatus>"""
    found = multistatus(text.encode())
    first, second = found.parts
    assert (first.href, first.status, first.text("{DAV:}getetag")) == ("/a%20b/", 0, '"1"')
    assert "{DAV:}owner" not in first.found
    assert (second.href, second.status, found.sync_token) == ("/b", 507, "t")


@pytest.mark.parametrize("status", ["", "HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 ²00"])
def test_a_status_that_is_none_is_none(status: str) -> None:
    """Nothing is found under it."""
    text = (
        f"<D:multistatus {SPACE}><D:response><D:href>/</D:href><D:propstat><D:prop><D:getetag>x</D:getetag></D:prop>"
        f"<D:status>{status}</D:status></D:propstat></D:response></D:multistatus>"
    )
    assert multistatus(text.encode()).parts[0].text("{DAV:}getetag") == ""


def test_a_refusal_names_its_condition() -> None:
    """With the address in it, where there is one."""
    text = '<error xmlns="DAV:"><C:no-uid-conflict xmlns:C="urn:x"><href>/a.ics</href></C:no-uid-conflict></error>'
    assert precondition(text.encode()) == ("no-uid-conflict", "/a.ics")
    assert precondition(b"<error xmlns='DAV:'/>") == ("", "")
    assert precondition(b"Forbidden") == ("", "")


def test_a_uid_can_not_break_out_of_its_question() -> None:
    """It is text, whatever stands in it."""
    root = parsed(query_uid('</C:text-match><x a="1">&'))
    assert root is not None
    assert [each.text for each in root.iter("{urn:ietf:params:xml:ns:caldav}text-match")] == [
        '</C:text-match><x a="1">&'
    ]
