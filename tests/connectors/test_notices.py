"""Notices: handed to a real mail server and to a service on loopback once, with what became of each told apart."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from werkzeug.wrappers import Request, Response

from connectors.notices import AppriseNotifier, MailNotifier, MailServer
from scheduler.core.notice import Notice
from scheduler.errors import InputError, RondoError, Unavailable
from tests.doubles.server import Double, Fault, serving
from tests.mailbox import Mailbox, mail_server

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEXT = "With Ben Okafor: Thu 5 Mar 10:00 London moves to Fri 6 Mar 14:00 London.\n\nWörter, and a dot:\n.\n"
NOTICE = Notice(
    key="0f3a", decision="d1", person="ana", address="ana@example.org", subject="Moved: Thu 5 Mar", text=TEXT
)
TEAM = replace(NOTICE, person="", address="team")
SECRET = "CANARY-hook-7f3d"


class Monday:
    """A clock that stands."""

    def now(self) -> datetime:
        """Always the same."""
        return NOW


class Hook(Double):
    """A service that takes everything."""

    def answer(self, request: Request) -> Response:
        """Fine."""
        return Response("ok")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real server."""
    with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A service on loopback."""
    double = Hook()
    with serving(double):
        yield double


def by_mail(mailbox: Mailbox, *, reply_to: str = "", **settings: object) -> MailNotifier:
    """A notifier that mails to that server."""
    server = MailServer(host=mailbox.host, port=mailbox.port, security="none", sender="rondo@rondo.example.org")
    return MailNotifier(replace(server, **settings), Monday(), reply_to=reply_to)  # type: ignore[arg-type]  # fields of the dataclass


def by_service(hook: Hook, query: str = "") -> AppriseNotifier:
    """A notifier that knows that service as `team`."""
    return AppriseNotifier({"team": f"{hook.url.replace('http:', 'json:')}/{SECRET}{query}"})


# --- mail


def test_a_mail_says_the_notice_and_that_nobody_wrote_it(mailbox: Mailbox) -> None:
    """Plain text as it was given, from the settings' sender, answers to a person."""
    by_mail(mailbox, reply_to="office@example.org").send(NOTICE)
    [mail] = mailbox.to("ana@example.org")
    assert mail.message.get_content().replace("\r\n", "\n") == TEXT
    assert mail.message.get_content_type() == "text/plain"
    said = {name: mail.message[name] for name in ("From", "To", "Reply-To", "Subject", "Auto-Submitted", "Date")}
    assert said == {
        "From": "Rondo <rondo@rondo.example.org>",
        "To": "ana@example.org",
        "Reply-To": "office@example.org",
        "Subject": "Moved: Thu 5 Mar",
        "Auto-Submitted": "auto-generated",
        "Date": "Mon, 02 Mar 2026 08:00:00 +0000",
    }


def test_the_same_notice_has_the_same_message_id_and_another_another(mailbox: Mailbox) -> None:
    """So that mail systems drop one that came twice."""
    notifier = by_mail(mailbox)
    for notice in (NOTICE, NOTICE, replace(NOTICE, key="0f3b")):
        notifier.send(notice)
    first, second, other = (mail.message["Message-ID"] for mail in mailbox.mails)
    assert first == second != other


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x85", "\u2028"])
def test_a_subject_can_not_add_a_header(mailbox: Mailbox, ending: str) -> None:
    """Whatever a line ends with somewhere."""
    by_mail(mailbox).send(replace(NOTICE, subject=f"Moved{ending}Bcc: eve@example.org{ending}{ending}Hello"))
    [mail] = mailbox.mails
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "Moved Bcc: eve@example.org Hello"


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@example.org\r\nBcc: eve@example.org", "a@b, c@d", "<ana@example.org>"]
)
def test_what_is_no_address_gets_no_mail(mailbox: Mailbox, address: str) -> None:
    """It surely was not sent, and never will be."""
    with pytest.raises(InputError, match="no address"):
        by_mail(mailbox).send(replace(NOTICE, address=address))
    assert mailbox.mails == []


def test_an_address_in_other_letters_gets_its_mail(mailbox: Mailbox) -> None:
    """As the server can take it (RFC 6531)."""
    by_mail(mailbox).send(replace(NOTICE, address="añá@example.org"))
    assert [mail.to for mail in mailbox.mails] == ["añá@example.org"]


@pytest.mark.parametrize("answer", ["450 4.2.1 CANARY busy", "451 4.7.1 CANARY later"])
def test_what_the_server_does_not_take_now_was_surely_not_sent(mailbox: Mailbox, answer: str) -> None:
    """Neither where it refuses the address for now, nor where it refuses the mail, nor where it is not there."""
    mailbox.refused["ana@example.org"] = answer
    with pytest.raises(Unavailable) as first:
        by_mail(mailbox).send(NOTICE)
    mailbox.refused.clear()
    mailbox.answers.append(answer)
    with pytest.raises(Unavailable) as second:
        by_mail(mailbox).send(NOTICE)
    with pytest.raises(Unavailable) as third:
        by_mail(mailbox, port=1).send(NOTICE)
    assert mailbox.mails == []
    assert "CANARY" not in f"{first.value}{second.value}{third.value}"


@pytest.mark.parametrize("at_once", [True, False])
def test_what_the_server_never_takes_is_told_apart(mailbox: Mailbox, at_once: bool) -> None:
    """An address that it does not know, a mail that it does not want."""
    if at_once:
        mailbox.refused["ana@example.org"] = "550 5.1.1 CANARY no such user"
    else:
        mailbox.answers.append("554 5.6.0 CANARY spam")
    with pytest.raises(InputError) as error:
        by_mail(mailbox).send(NOTICE)
    assert "CANARY" not in str(error.value)
    assert mailbox.mails == []


def test_a_rejected_password_means_that_nothing_was_sent() -> None:
    """Once the settings are right, it is."""
    with mail_server(password="right-7f3d") as mailbox:
        with pytest.raises(Unavailable, match=r"user or smtp\.password") as error:
            by_mail(mailbox, user="rondo", password="wrong-7f3d").send(NOTICE)
        assert "wrong-7f3d" not in str(error.value)
        by_mail(mailbox, user="rondo", password="right-7f3d").send(NOTICE)
        assert len(mailbox.mails) == 1


def test_a_server_that_can_not_do_what_the_settings_want_is_no_refusal(mailbox: Mailbox) -> None:
    """Once they are right, the mail is sent."""
    with pytest.raises(Unavailable, match=r"smtp\.security"):
        by_mail(mailbox, security="starttls").send(NOTICE)
    mailbox.sender_refused = "553 5.7.1 CANARY not yours"
    with pytest.raises(Unavailable, match=r"smtp\.sender") as error:
        by_mail(mailbox).send(NOTICE)
    assert "CANARY" not in str(error.value)
    assert mailbox.mails == []


@pytest.mark.parametrize("taken", [True, False])
def test_where_the_server_breaks_off_nobody_knows(mailbox: Mailbox, taken: bool) -> None:
    """Whether it took the mail or not looks the same to us."""
    mailbox.answers, mailbox.taken = [""], taken
    with pytest.raises(RondoError, match="not known") as error:
        by_mail(mailbox).send(NOTICE)
    assert type(error.value) is RondoError
    assert len(mailbox.mails) == taken


# --- services


def test_a_service_is_told_the_notice(hook: Hook) -> None:
    """By one call."""
    by_service(hook).send(TEAM)
    [call] = hook.calls
    assert (call.method, call.path) == ("POST", f"/{SECRET}")
    assert b"Thu 5 Mar 10:00 London moves to Fri 6 Mar" in call.body
    assert b"Moved: Thu 5 Mar" in call.body


@pytest.mark.parametrize("query", ["", "?retry=3&wait=0"])
@pytest.mark.parametrize("status", [0, 302, 404, 429, 500])
def test_a_service_that_does_not_confirm_is_called_once(hook: Hook, status: int, query: str) -> None:
    """Whatever its address asks for: a call that failed may have come through all the same."""
    hook.faults.append(Fault(status=status, times=-1, headers={"Location": f"{hook.url}/elsewhere"}))
    with pytest.raises(RondoError, match=r"team: .* not known") as error:
        by_service(hook, query).send(TEAM)
    assert type(error.value) is RondoError
    assert len(hook.calls) == 1


def test_a_service_that_the_settings_no_longer_name_is_told_nothing(hook: Hook) -> None:
    """And never will be."""
    with pytest.raises(InputError, match="old: the settings name no such service"):
        by_service(hook).send(replace(TEAM, address="old"))
    assert hook.calls == []


@pytest.mark.parametrize(
    "address",
    [
        *("jsons://example.org/x", "xmls://example.org/x", "ntfys://example.org/topic", "mailtos://u:p@example.org"),
        *("slack://TokenA1234/TokenB1234/TokenC123456789012345678/", "discord://webhook_id/webhook_token"),
        *("json://localhost:8080/x", "json://127.0.0.1/x", "json://[::1]:8080/x", "ntfy://localhost/topic"),
    ],
)
def test_an_encrypted_service_is_taken_and_a_plain_one_on_this_machine(address: str) -> None:
    """What is sent there, nobody else reads."""
    AppriseNotifier({"team": address})


@pytest.mark.parametrize(
    "address",
    [
        *("json://example.org/CANARY", "xml://10.0.0.1/CANARY", "json://127.0.0.1.example.org/CANARY"),
        *("ntfy://example.org/CANARY", "jsons://example.org/CANARY?verify=no", "mailto://u:CANARY@example.org"),
        *("syslog://CANARY", "dbus://CANARY", "gnome://CANARY", "windows://CANARY", "rsyslog://localhost/CANARY"),
        *("http://example.org/CANARY", "file:///CANARY", "CANARY", "", "jsons://", "slack://CANARY"),
    ],
)
def test_a_service_is_refused_where_others_could_read_along(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Or where it is none; its address, which is a secret, is not repeated."""
    with pytest.raises(InputError, match=r"^notify\.addresses\.team: ") as error:
        AppriseNotifier({"team": address})
    assert "CANARY" not in "".join(traceback.format_exception(error.value))
    assert "CANARY" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("status", [0, 200, 404, 500])
def test_no_address_of_a_service_is_logged(hook: Hook, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """Nor what is said there, nor what it answers, however much is logged."""
    hook.faults.append(Fault(status=status, body="CANARY-answer"))
    told = []
    with caplog.at_level(logging.DEBUG):
        try:
            by_service(hook).send(TEAM)
        except RondoError as error:
            told = traceback.format_exception(error)
    assert "CANARY" not in "".join([*told, caplog.text])
