"""The server that takes mails (SMTP, RFC 5321): what it refuses, in our own words, and when to try again.

What a server says is never repeated: only its codes are read.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from ipaddress import ip_address
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPResponseException,
)
from threading import Timer
from typing import Literal

from connectors._http.retry import Later
from connectors._mail.message import is_mailbox
from scheduler.core.event import Attendee
from scheduler.core.suggest import quoted
from scheduler.errors import CredentialsRejected, InputError, Unavailable

SECONDS = 20.0  # for each answer
SIGN_IN = 530
GOOD, BAD_NOW, BAD = 2, 4, 5  # the first digit of a code


class WrongSettings(InputError):
    """The server refuses what the settings say, whoever a mail is for: once they are right it takes the mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The settings of [smtp]; without `user` nobody signs in. Raises InputError where they don't fit together."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""

    def __post_init__(self) -> None:
        if not self.host:
            raise InputError("no mail server is named.", where="smtp.host")
        if not (is_mailbox(self.sender) and self.sender.isascii()):
            hint = "Name the address that invitations come from, like meetings@example.org."
            raise InputError(f"{quoted(self.sender)} is no address.", where="smtp.sender", hint=hint)
        if self.security == "none" and not _is_this_machine(self.host):
            hint = 'Use "starttls" or "tls".'
            raise InputError('"none" is for a mail server on this machine alone.', where="smtp.security", hint=hint)


def hand_over(mail: EmailMessage, server: MailServer, to: Attendee) -> bool:
    """Give a mail for one person to the server; False: it broke off before it said whether it took the mail.

    Raises Later where it may take it another time, InputError where it never will, WrongSettings where that is not for
    this mail alone, Unavailable where its certificate is not valid, CredentialsRejected.
    """
    with connected(server) as smtp:
        plain = to.email.isascii()
        options = [] if plain else ["SMTPUTF8", "BODY=8BITMIME"]
        _agreed(smtp.mail(server.sender, options), "the sender", "Correct smtp.sender in the settings.", WrongSettings)
        _agreed(smtp.rcpt(to.email), f"the address of {to.id}", "Correct it in people.csv, then apply again.")
        try:
            code, _ = smtp.data(mail.as_bytes(policy=policy.SMTP if plain else policy.SMTPUTF8))
        except SMTPDataError as refused:
            code = refused.smtp_code
        except OSError:
            return False
        if code // 100 not in (GOOD, BAD_NOW, BAD):  # cut in the middle of it
            return False
        _agreed((code, b""), f"a mail to {to.id}", "Ask those who run it.")
        with suppress(OSError):
            smtp.quit()
    return True


def _agreed(answer: tuple[int, bytes], what: str, hint: str, refusal: type[InputError] = InputError) -> None:
    code, _ = answer
    if code // 100 == GOOD:
        return
    if code == SIGN_IN:
        raise CredentialsRejected("The mail server wants somebody to sign in: set smtp.user and smtp.password.")
    if code // 100 == BAD:
        raise refusal(f"The mail server refuses {what} ({code}).", hint=hint)
    raise Later(f"The mail server does not take {what} now ({code}).")


@contextmanager
def connected(server: MailServer) -> Iterator[SMTP]:
    """A connection, signed in; and what goes wrong with it in words."""
    where = f"The mail server {server.host}:{server.port}"
    try:
        with _closing(_dialled(server)) as smtp:
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp
    except ssl.SSLCertVerificationError:
        raise Unavailable(f"{where} has no certificate that is valid for its name.") from None
    except SMTPNotSupportedError:
        hint = "Correct smtp.security and smtp.user in the settings."
        raise WrongSettings(f"{where} can't do what it has to: STARTTLS, signing in or UTF-8.", hint=hint) from None
    except SMTPAuthenticationError as refused:
        if refused.smtp_code // 100 != BAD:
            raise Later(f"{where} lets nobody sign in now.") from None
        raise CredentialsRejected(f"{where} rejects smtp.user or smtp.password.") from None
    except SMTPResponseException as refused:
        raise Later(f"{where} is not ready ({refused.smtp_code}).") from None
    except (OSError, UnicodeError):  # SMTPException is an OSError; a name that is no host is a UnicodeError
        raise Later(f"{where} can't be reached, or breaks off.") from None


class _Prompt(SMTP):
    """Gives up on an answer that takes too long as a whole: byte by byte, a server could send it for ever."""

    def getreply(self) -> tuple[int, bytes]:
        """One answer."""
        timer = Timer(SECONDS, self._hang_up)
        timer.start()
        try:
            return super().getreply()
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        if self.sock:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _PromptTls(_Prompt, SMTP_SSL):
    """The same, encrypted from the beginning."""


def _dialled(server: MailServer) -> SMTP:
    if server.security == "tls":
        return _PromptTls(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
    return _Prompt(server.host, server.port, timeout=SECONDS)


@contextmanager
def _closing(smtp: SMTP) -> Iterator[SMTP]:
    try:
        yield smtp
    finally:
        smtp.close()


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
