"""Notices by mail, and through Apprise to Slack, Teams and others: implements Notifier.

A call tries once. What it raises says what became of the notice:

    Unavailable      surely not sent, may be another time: it is tried again
    InputError       surely not sent, and never will be
    RondoError       nobody knows: it is shown as maybe missing, and never sent again

What a server says is never repeated, and no address of a service: they are secrets.
"""

import hashlib
import logging
import warnings
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.common import OverflowMode

from connectors._http.addresses import LOCAL_NAMES
from connectors._http.retry import Later
from connectors._mail.message import is_mailbox
from connectors._mail.server import MailServer, WrongSettings, hand_over
from scheduler.core.event import Attendee
from scheduler.core.notice import Notice
from scheduler.core.words import one_line
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from scheduler.ports import Clock

__all__ = ["AppriseNotifier", "MailNotifier", "MailServer"]

NAME = "Rondo"
LOST = "the mail server broke off: whether it took the notice is not known"
UNCONFIRMED = "the service did not confirm the notice: whether it came is not known"

# both write addresses of services into the log, which open them
logging.getLogger("apprise").setLevel(logging.CRITICAL)
logging.getLogger("urllib3").setLevel(logging.ERROR)


class MailNotifier:
    """Mails plain text to one person (ports.Notifier). Answers go to `reply_to`, where it is one, else to the sender.

    The Message-ID is made of the notice's key: a mail that came twice is known for one (RFC 5322, 3.6.4). The mail is
    marked as automatic, so that no other program answers it (RFC 3834).
    """

    def __init__(self, server: MailServer, clock: Clock, *, reply_to: str = "") -> None:
        self._server, self._clock, self._reply_to = server, clock, reply_to

    def send(self, notice: Notice) -> None:
        """Hand it over to the mail server."""
        if not is_mailbox(notice.address):
            raise InputError("it has no address that mail can be sent to.", where=notice.person)
        to = Attendee(id=notice.person, name="", email=notice.address, zone="UTC")
        try:
            taken = hand_over(self._mail(notice), self._server, to)
        except Later as later:
            raise Unavailable(later.reason) from None
        except (CredentialsRejected, WrongSettings) as refused:
            raise Unavailable(str(refused)) from None
        if not taken:
            raise RondoError(LOST)

    def _mail(self, notice: Notice) -> EmailMessage:
        domain = self._server.sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _address(self._server.sender, NAME)
        mail["To"] = _address(notice.address)
        if is_mailbox(self._reply_to):
            mail["Reply-To"] = _address(self._reply_to)
        mail["Subject"] = one_line(notice.subject)
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{hashlib.sha256(notice.key.encode()).hexdigest()[:40]}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(notice.text, cte="quoted-printable")
        return mail


class AppriseNotifier:
    """Tells a service, whose label is the notice's address (ports.Notifier). Never raises Unavailable: Apprise does
    not say whether a call that failed had reached the service."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """`addresses`: Apprise's URLs by label. Raises InputError for one that it can't use, or that is not encrypted
        on its way and leads elsewhere than to this machine."""
        self._services = {label: _service(label, url) for label, url in addresses.items()}

    def send(self, notice: Notice) -> None:
        """Hand it over to the service."""
        if notice.address not in self._services:
            raise InputError("the settings name no such service any more.", where=notice.address)
        service = self._services[notice.address]
        if not service.notify(body=notice.text, title=notice.subject, body_format=NotifyFormat.TEXT):
            raise RondoError(f"{notice.address}: {UNCONFIRMED}")


def _address(mailbox: str, name: str = "") -> Address:
    user, _, domain = mailbox.rpartition("@")
    return Address(name, user, domain)


def _service(label: str, url: str) -> Apprise:
    where, asset = f"notify.addresses.{label}", AppriseAsset(app_id=NAME, app_desc=NAME, http_redirects=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its plugins load modules that Python gives up
        plugin: Any = Apprise.instantiate(url, asset=asset)  # its types say None where kinds of services have words
    if plugin is None:
        hint = "Write it as Apprise's documents say, like slack://...; some services need another library."
        raise InputError("this is no address that Apprise can use.", where=where, hint=hint)
    if not (_is_encrypted(plugin) or _is_local(plugin)):
        hint = "Use the encrypted form of its scheme, and no verify=no."
        raise InputError("what is sent there could be read on its way.", where=where, hint=hint)
    plugin.retry = 0  # who repeats a call that may have come through tells people twice
    plugin.overflow_mode = OverflowMode.TRUNCATE
    service = Apprise(asset=asset)
    service.add(plugin)
    return service


def _is_encrypted(plugin: Any) -> bool:
    """Whether it speaks TLS and asks for a valid certificate; what has no plain form always speaks it."""
    return bool(plugin.secure_protocol and (plugin.secure or not plugin.protocol) and plugin.verify_certificate)


def _is_local(plugin: Any) -> bool:
    """Whether it is a server on this machine, of a kind that could be elsewhere: not its desktop, and not its log."""
    return bool(plugin.secure_protocol and plugin.protocol) and str(plugin.host).strip("[]") in LOCAL_NAMES
