"""Webhooks: addresses that programs are told at (standardwebhooks.com), and the courier who delivers to them.

What is told is owed in the transaction of what it tells of, and delivered at least once: by its id a receiver knows
what it was told before. A receiver that fails is tried again ever more rarely, for three days; then it is left alone.
"""

import logging
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
from standardwebhooks import Webhook as Signer

from connectors._http.addresses import allowed
from connectors._http.guard import guarded_client
from scheduler.app.wiring.hook_secrets import about_secret
from scheduler.core.tongue import gettext as _
from scheduler.core.webhook import TOLD, Happening, HookEvent, HookMessage, SealedSecret, Webhook
from scheduler.errors import InputError, RondoError
from scheduler.ports import Clock
from scheduler.settings import Settings
from scheduler.store import SqlEngine, SqlWebhooks
from scheduler.vault import Vault

SECRET, SECRET_BYTES = "whsec_", 32
BOTH = timedelta(days=1)
"""How long an old secret signs beside the new one."""
MOST, LONGEST_URL = 20, 2_000
WAITS = tuple(timedelta(seconds=each) for each in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""After a failed attempt the next one comes so much later; after the last one there is none: three days in all."""
SECONDS, LARGEST = 10.0, 64_000
CLAIM = timedelta(seconds=60)
LOOK_SECONDS = 2.0
AT_ONCE = 4
GONE = 410
log = logging.getLogger(__name__)


class Webhooks:
    """The webhooks of a service. Methods raise Unavailable where the database fails, InputError for one that is none.

    `vault_of` gives what seals a programme's secrets.
    """

    def __init__(self, database: SqlEngine, settings: Settings, clock: Clock, vault_of: Callable[[str], Vault]) -> None:
        self.store = SqlWebhooks(database)
        self._settings, self._clock, self._vault_of = settings, clock, vault_of

    def of(self, programme: str) -> tuple[Webhook, ...]:
        """A programme's, the oldest first."""
        return self.store.of(programme)

    def get(self, programme: str, id_: str) -> Webhook:
        """One of them."""
        found = self.store.get(programme, id_)
        if found is None:
            raise InputError(_("there is no such webhook."))
        return found

    def make(self, programme: str, url: str, events: Collection[HookEvent] = ()) -> tuple[str, Webhook]:
        """A new one, told of these events (none: all), and its secret, which is told once."""
        url = url.strip()
        self._check(url)
        if len(self.of(programme)) >= MOST:
            raise InputError(
                _("there are %(most)s webhooks already.") % {"most": MOST}, hint=_("Remove those that are not used.")
            )
        secret, sealed = self._new_secret(programme)
        new = Webhook(
            programme=programme,
            id=secrets.token_hex(8),
            url=url,
            events=frozenset(events),
            secrets=(SealedSecret(sealed=sealed),),
            created_at=self._clock.now(),
        )
        self.store.add(new)
        return secret, new

    def rotate(self, programme: str, id_: str) -> str:
        """Another secret; for a day messages are signed with both."""
        held, now = self.get(programme, id_), self._clock.now()
        secret, sealed = self._new_secret(programme)
        old = replace(held.secrets[0], until=now + BOTH)
        self.store.reseal(held, (SealedSecret(sealed=sealed), old))
        return secret

    def enable(self, programme: str, id_: str, *, on: bool) -> None:
        """Tell it again, or no more."""
        self.get(programme, id_)
        self.store.enable(programme, id_, None if on else self._clock.now())

    def remove(self, programme: str, id_: str) -> None:
        """Forget it, and what it was told."""
        self.get(programme, id_)
        self.store.remove(programme, id_)

    def test(self, programme: str, id_: str) -> str:
        """Owe it a message that tells nothing; answers that one's id."""
        now = self._clock.now()
        happening = Happening(event=HookEvent.TEST, key=secrets.token_hex(8), at=now, data={"webhook": id_})
        return self.store.owe(self.get(programme, id_), happening)

    def resend(self, programme: str, id_: str, message: str) -> None:
        """Owe it a message once more, now."""
        if not self.store.again(programme, id_, message, self._clock.now()):
            raise InputError(_("there is no such message."))

    def log(self, programme: str, id_: str) -> tuple[HookMessage, ...]:
        """The messages of late, the newest first."""
        return self.store.log(programme, self.get(programme, id_).id)

    def _check(self, url: str) -> None:
        if len(url) > LONGEST_URL:
            raise InputError(_("this address is too long."))
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise InputError(_("It is no address of the web.")) from None
        allowed(self._settings.outbound.allow, "").check(parsed)

    def _new_secret(self, programme: str) -> tuple[str, str]:
        secret = SECRET + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        return secret, self._vault_of(programme).seal(secret, about_secret(programme))


class Courier:
    """Delivers what is owed, in threads of its own: whoever answers slowly holds up nothing else.

    Several processes may do so: a message is claimed before it is sent.
    """

    def __init__(self, database: SqlEngine, settings: Settings, clock: Clock, vault_of: Callable[[str], Vault]) -> None:
        self._store = SqlWebhooks(database)
        self._settings, self._clock, self._vault_of = settings, clock, vault_of
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look every other second for what is owed, until `stop`."""
        self._ending.clear()
        self._thread = threading.Thread(target=self._go, name="courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new; what is under way then is told again later, if its answer is not noted any more."""
        self._ending.set()
        if self._thread:
            self._thread.join(SECONDS)

    def round(self) -> int:
        """Try once all that is due; answers how many messages. Raises Unavailable where the database fails."""
        due = self._store.due(self._clock.now())
        if not due:
            return 0
        hooks = {(each.programme, each.id): each for each in self._store.all()}
        allow = self._settings.outbound.allow
        with (
            guarded_client(allow=allow, seconds=SECONDS, most_bytes=LARGEST) as client,
            ThreadPoolExecutor(AT_ONCE, thread_name_prefix="courier") as pool,
        ):
            for _done in pool.map(
                lambda each: self._deliver(client, hooks.get((each.programme, each.webhook)), each), due
            ):
                pass
        return len(due)

    def _go(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            try:
                self.round()
            except Exception as fault:  # noqa: BLE001  # whatever it is, the next round may go well
                log.warning("courier_failed", extra={"fault": type(fault).__name__})

    def _deliver(self, client: httpx.Client, hook: Webhook | None, message: HookMessage) -> None:
        now = self._clock.now()
        if hook is None or self._ending.is_set() or not self._store.claim(message, now + CLAIM):
            return
        answer = self._sent(client, hook, message)
        now = self._clock.now()
        taken, gone = answer.startswith("2"), answer == str(GONE)
        left = WAITS[message.attempts] if message.attempts < len(WAITS) else None
        retry_at = None if taken or gone or left is None else now + left
        self._store.tried(message, answer, retry_at=retry_at, at=now)
        if gone or (not taken and retry_at is None and not self._store.took_since(hook.programme, hook.id, message.at)):
            self._store.enable(hook.programme, hook.id, now)
            log.warning("webhook_disabled", extra={"programme": hook.programme, "webhook": hook.id})

    def _sent(self, client: httpx.Client, hook: Webhook, message: HookMessage) -> str:
        """The status, or what went wrong in words that have nothing of the address."""
        now, about = self._clock.now(), about_secret(hook.programme)
        live = [each for each in hook.secrets if each.until is None or now < each.until]
        try:
            vault = self._vault_of(hook.programme)
            signed = _signatures([vault.open(each.sealed, about) for each in live], message, self._clock)
            headers = {"Content-Type": "application/json", **signed}
            with client.stream("POST", hook.url, content=message.body.encode(), headers=headers) as answer:
                return str(answer.status_code)
        except httpx.TimeoutException:
            return "it took more than ten seconds to answer"
        except httpx.HTTPError:
            return "the connection failed or broke off"
        except InputError as fault:
            return fault.message
        except RondoError as fault:
            return str(fault)


def named_events(names: Collection[str]) -> Sequence[HookEvent]:
    """Events by name. Raises InputError for one that there is not."""
    known = {str(each): each for each in TOLD}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(
            _("there is no event %(name)s.") % {"name": repr(unknown[0][:40])},
            hint=_("There are %(known)s.") % {"known": ", ".join(known)},
        )
    return [known[name] for name in names]


def _signatures(keys: Sequence[str], message: HookMessage, clock: Clock) -> dict[str, str]:
    """The three headers of the specification; a signature with each of the keys."""
    at = clock.now()
    signed = [Signer(key).sign(message.id, at, message.body) for key in keys]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
