"""How coordinators sign in: at Google or Microsoft, or by a link to a mailbox; and how others are invited.

Whoever signs in is known by the provider's name for them (issuer and subject), or by the mailbox that they can read.
Nobody is known by an address alone, and nobody who was not invited comes in.
"""

import json
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from connectors.notices import MailNotifier
from connectors.oidc import OpenIdProvider, Vouched
from scheduler.app.access.sessions import Access, digest
from scheduler.app.service.service import Service
from scheduler.app.wiring.accounts import Accounts
from scheduler.app.wiring.connectors import mail_server
from scheduler.core.address import MAILBOX
from scheduler.core.notice import Notice
from scheduler.core.tongue import gettext as _
from scheduler.core.visitor import Identity, LinkKind
from scheduler.errors import InputError, RondoError
from scheduler.store import KeptTrip, SqlAccounts, SqlProgrammes, SqlSignIns
from scheduler.vault import Vault

log = logging.getLogger(__name__)
TRIP = timedelta(minutes=10)
GOOGLE, MICROSOFT, MAIL = "google", "microsoft", "mail"
NAMES = {GOOGLE: "Google", MICROSOFT: "Microsoft"}
INSIDE = re.compile(r"/(?:p/[a-z0-9][a-z0-9-]{0,62}(?:/[a-z]+(?:-[a-z]+)*)?)?")
"""Where a sign-in may lead on to: the first page, and the pages of programmes. No other host can be written so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What became of an invitation: `url` is told once; `mailed` says that it went by mail."""

    email: str
    url: str
    mailed: bool


class SigningIn:
    """The ways to sign in to a service that is reached at `public_url`. From any thread."""

    def __init__(self, service: Service, access: Access, public_url: str) -> None:
        self._service, self._access, self._public_url = service, access, public_url
        self._trips = SqlSignIns(service.database)

    @property
    def ways(self) -> tuple[str, ...]:
        """Those that the settings make possible: "google", "microsoft", "mail"."""
        return (*self._providers, *((MAIL,) if self._service.settings.smtp.host else ()))

    def set_out(self, provider: str, cookie: str, *, following: str = "", invitation: str = "") -> str:
        """The address at a provider where somebody signs in; what has to come back is kept for this session alone.

        `following`: where it leads, if that is inside. `invitation`: the secret of the link that they take.
        Raises InputError for a provider that is none of `ways`, Unavailable.
        """
        left = self._provider(provider).departure(self._back(provider))
        kept = {"verifier": left.verifier, "nonce": left.nonce, "invitation": invitation}
        trip = KeptTrip(
            state_hash=digest(left.state),
            session=digest(cookie),
            provider=f"{provider}-in",
            programme="",
            person="",
            sealed=self._vault.seal(json.dumps(kept), _about(left.state)),
            next=following if INSIDE.fullmatch(following) else "",
        )
        self._trips.keep(trip, self._service.clock.now() + TRIP)
        return left.url

    def come_back(self, provider: str, cookie: str, said: Mapping[str, str]) -> tuple[str, str]:
        """The cookie of the session in which somebody is signed in now, and where that leads ("": anywhere).

        `said`: what the provider sent along (RFC 6749, 4.1.2). Raises InputError for what did not begin in this
        session, was refused, or is the account of nobody who was invited; CredentialsRejected, Unavailable.
        """
        at, state = self._provider(provider), said.get("state", "")
        trip = self._trips.take(digest(state), digest(cookie), self._service.clock.now())
        if trip is None or trip.programme or trip.provider != f"{provider}-in":
            raise InputError(_("this sign-in has ended, or began in another browser."), hint=_("Begin again."))
        if "error" in said or not said.get("code"):
            raise InputError(_("nobody signed in there."), hint=_("Begin again, or take another way."))
        kept = json.loads(self._vault.open(trip.sealed, _about(state)))
        vouched = at.returned(
            code=said["code"],
            issuer=said.get("iss", ""),
            back=self._back(provider),
            verifier=kept["verifier"],
            nonce=kept["nonce"],
        )
        who = self._invited(vouched, kept["invitation"]) if kept["invitation"] else self._expected(vouched)
        return self._access.begin(cookie, who), trip.next

    def mail_link(self, email: str) -> None:
        """Send a link to sign in by to a mailbox that is known here; else nothing. Raises what a notifier raises."""
        who = self._access.expected(email)
        if who:
            secret = self._access.hand_out(LinkKind.SIGN_IN, email=who.email)
            text = _(
                "Somebody, probably you, wants to sign in to Rondo with this address:\n\n%(url)s\n\n"
                "The link works once, for 15 minutes. If it was not you, there is nothing to do."
            )
            self._mail(who.email, _("Sign in to Rondo"), text % {"url": self._link(secret)})

    def mail_link_quietly(self, email: str) -> None:
        """The same, after its caller was answered: what goes wrong is for the log."""
        try:
            self.mail_link(email)
        except RondoError as fault:
            log.warning("sign_in_not_mailed", extra={"fault": type(fault).__name__})

    def invite(self, programme: str, email: str, *, owner: bool, by: str) -> Invited:
        """Invite somebody to coordinate a programme; an `owner` owns the installation, too. Raises InputError."""
        if not MAILBOX.fullmatch(email) or not email.isprintable():
            raise InputError(_("this is no mail address."), hint=_("Like: name@example.org"))
        kind = LinkKind.OWNER if owner else LinkKind.INVITE
        url = self._link(self._access.hand_out(kind, programme, email=email))
        name = next((held.name for held in SqlProgrammes(self._service.database).all() if held.id == programme), "")
        text = _(
            "%(by)s invites you to coordinate the programme %(name)s in Rondo:\n\n%(url)s\n\n"
            "The link works once, for 14 days. Whoever has it can take your place, so keep it to yourself."
        )
        told = {"by": by or _("A coordinator"), "name": name, "url": url}
        mailed = MAIL in self.ways
        if mailed:
            try:
                self._mail(email, _("An invitation to coordinate %(name)s") % told, text % told)
            except RondoError:  # the link can still be handed over
                mailed = False
        return Invited(email=email, url=url, mailed=mailed)

    @cached_property
    def _providers(self) -> dict[str, OpenIdProvider]:
        google, microsoft = self._service.settings.google, self._service.settings.microsoft
        registered = {
            GOOGLE: (google.issuer, *google.of_pages),
            MICROSOFT: (
                f"{microsoft.of_tenant}/v2.0",
                microsoft.client_id,
                microsoft.client_secret.get_secret_value(),
            ),
        }
        return {
            key: OpenIdProvider(
                NAMES[key],
                discovery=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
                client_id=client_id,
                client_secret=client_secret,
            )
            for key, (issuer, client_id, client_secret) in registered.items()
            if client_id and client_secret
        }

    def _provider(self, provider: str) -> OpenIdProvider:
        if provider not in self._providers:
            raise InputError(_("nobody can sign in this way here."), hint=_("Take another one."))
        return self._providers[provider]

    def _invited(self, vouched: Vouched, invitation: str) -> Identity:
        link = self._access.shown(invitation)
        if vouched.email.casefold() != link.email.casefold():
            told = {"other": vouched.email or vouched.name or vouched.subject, "invited": link.email}
            raise InputError(
                _("the invitation is for %(invited)s, and %(other)s signed in.") % told,
                hint=_("Open the invitation again and sign in as %(invited)s, or ask for another invitation.") % told,
            )
        who = self._known(vouched)
        self._access.accept(invitation, who)
        return who

    def _expected(self, vouched: Vouched) -> Identity:
        held = self._access.store.identity(vouched.issuer, vouched.subject)
        if held is None or not self._access.store.coordinates(held.id):
            raise InputError(
                _("%(account)s is not known here.") % {"account": vouched.email or _("This account")},
                hint=_("Ask a coordinator for an invitation; people of a programme open the link that they were sent."),
            )
        return self._known(vouched)

    def _known(self, vouched: Vouched) -> Identity:
        return self._access.known(vouched.issuer, vouched.subject, vouched.email, vouched.name)

    @property
    def _vault(self) -> Vault:
        service = self._service
        in_use = bool(SqlProgrammes(service.database).all())
        accounts = Accounts(SqlAccounts(service.database, ""), service.settings.secrets, service.data, in_use=in_use)
        return accounts.vault

    def _mail(self, email: str, subject: str, text: str) -> None:
        notifier = MailNotifier(mail_server(self._service.settings.smtp), self._service.clock)
        key = secrets.token_hex(16)
        notifier.send(Notice(key=key, decision="", person=email, address=email, subject=subject, text=text))

    def _link(self, secret: str) -> str:
        return f"{self._public_url}/in/{secret}"

    def _back(self, provider: str) -> str:
        return f"{self._public_url}/sign-in/{provider}/back"


def _about(state: str) -> tuple[str, ...]:
    return ("", "sign-in", digest(state))
