"""The double of Microsoft Graph and of Entra ID: one server for both, with mailboxes, series, schedules and faults.

What a request breaks of our own description (tests/doubles/_graph/description.py) is in `broken`.
"""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlencode
from urllib.request import urlopen

import httpx
from werkzeug.wrappers import Request, Response

from tests.doubles._graph.api import Api, ApiError, Asking, answer_of
from tests.doubles._graph.description import faults_of
from tests.doubles._graph.entra import CLIENT, CLIENT_SECRET, LOGIN, TENANT, Entra, Pass
from tests.doubles._graph.store import Mail, Shown, Store, Stored, Switches
from tests.doubles._graph.subscriptions import PATH as SUBSCRIPTIONS
from tests.doubles._graph.subscriptions import Subscriptions
from tests.doubles.pushes import Message, Pushes
from tests.doubles.server import Double

__all__ = ["CLIENT", "CLIENT_SECRET", "TENANT", "GraphDouble", "Mail", "Shown", "Stored", "Switches"]

AT_ONCE = 4
PATH = re.compile(r"/v1\.0/(?:me|users/([^/]+))(/.*)")
READS = {"Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite", ".default"}
WRITES = {"Calendars.ReadWrite", ".default"}
PREFERRED = re.compile(r'IdType="ImmutableId", outlook\.timezone="([\w/+-]+)"')


class GraphDouble(Double):
    """The provider; `switches` say how it behaves, `entra` who signs in, `store` what it holds.

    `pushes`: what its subscriptions tell, after each change of a calendar by whomever.
    """

    def __init__(self) -> None:
        super().__init__()
        self.switches = Switches()
        self.store = Store(self.switches)
        self.entra = Entra()
        self.entra.broken = self.broken
        self.api = Api(self.store, self.entra.personal)
        self.calls_of = Counter[str]()  # per mailbox
        self.pushes = Pushes(self._messages, retried=lambda status: not httpx.codes.is_success(status))
        self.subscriptions = Subscriptions(self.store, self.pushes)

    @property
    def endpoint(self) -> str:
        """The address of Graph."""
        return f"{self.url}/v1.0"

    @property
    def authority(self) -> str:
        """The address of Entra, with the tenant."""
        return f"{self.url}/{TENANT}"

    @property
    def mails(self) -> list[Mail]:
        """Every message that went to an attendee, inside or outside."""
        return self.store.mails

    def add_person(self, email: str, *, personal: bool = False) -> None:
        """A mailbox."""
        self.store.mailboxes[email] = email.split("@")[0].title()
        if personal:
            self.entra.personal.add(email)

    def secret(self, email: str, *scopes: str) -> str:
        """What is kept of somebody who signed in."""
        return self.entra.secret(email, scopes or ("Calendars.ReadWrite",))

    def add_event(
        self, email: str, start: datetime, minutes: int, *, text: str = "", show_as: str = "busy", days: int = 0
    ) -> str:
        """An appointment of somebody's own, on whole days where there are any; its id."""
        attendees = [{"emailAddress": {"address": f"{text or 'x'}@outside.example", "name": text}, "type": "required"}]
        with self.lock:
            stored = Stored(
                id=self.store.new_id(),
                owner=email,
                ical_uid=f"own-{self.store.version}",
                born=self.store.version,
                start=start.replace(tzinfo=None),
                zone="UTC",
                length=timedelta(days=days) or timedelta(minutes=minutes),
                recurrence=None,
                fields={
                    "subject": text,
                    "body": {"contentType": "text", "content": text},
                    "location": {"displayName": text},
                    "attendees": attendees,
                },
                properties={},
                show_as=show_as,
                all_day=bool(days),
            )
            self.store.events[stored.id] = stored
            self.store.touch(stored)
            return stored.id

    def drop_event(self, id_: str) -> None:
        """Take an appointment out again."""
        with self.lock:
            stored = self.store.events[id_]
            self.store.touch(stored)
            del self.store.events[id_]

    def series(self, email: str) -> list[Stored]:
        """Our series in somebody's calendar."""
        with self.lock:
            return [each for each in self.store.of(email) if each.recurrence and each.properties]

    def dates(self, email: str) -> list[Shown]:
        """All dates of ours in somebody's calendar, beside the series too."""
        with self.lock:
            shown = [each for each in self.store.shown(email) if each.of.properties]
            return sorted(shown, key=lambda each: each.start)

    def move_by_hand(self, email: str, start: datetime, to: datetime) -> None:
        """Somebody drags the date of ours that begins at `start`."""
        with self.lock:
            (found,) = [each for each in self.dates(email) if each.start == start]
            if found.day:
                self.store.moved(found.of, found.day, to, to + (found.end - found.start))
            else:
                found.of.start, found.of.zone = to.replace(tzinfo=None), "UTC"
                self.store.touch(found.of)

    def delete_by_hand(self, email: str) -> None:
        """Somebody deletes one of our series; what stands beside it goes too, as a person would see to."""
        with self.lock:
            for each in [each for each in self.store.of(email) if each.properties]:
                if each.owner == email:
                    self.store.removed(each)
                else:
                    self.store.events.pop(each.id)

    def expire_deltas(self) -> None:
        """No delta link is known any more."""
        self.api.links.clear()

    def tell_of_subscriptions(self, event: str, email: str) -> None:
        """Graph says what becomes of those to a mailbox: reauthorizationRequired, subscriptionRemoved or missed."""
        with self.lock:
            self.subscriptions.happens(event, email)

    def consent(self, url: str) -> None:
        """Do what a browser does with the address of a consent page: `entra.signs_in` agrees."""
        with urlopen(url.replace(LOGIN, self.url)) as page:
            html = page.read().decode()
        action = re.search(r'action="([^"]+)"', html)
        assert action is not None
        fields = {
            unescape(name): unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', html)
        }
        with urlopen(unescape(action[1]), data=urlencode(fields).encode()):
            pass

    def busy_key(self, request: Request) -> str:
        """By mailbox."""
        found = PATH.fullmatch(request.path)
        if not found:
            return ""
        held = self._held(request)
        return found[1] or (held.mailbox if held else "")

    def answer(self, request: Request) -> Response:
        """What Entra or Graph answers."""
        signing = self.entra.answer(request)
        if signing is not None:
            return signing
        try:
            status, body = self._called(request)
        except ApiError as fault:
            return Response(answer_of(fault), status=fault.status, content_type="application/json")
        text = "" if body is None else json.dumps(body)
        return Response(text, status=status, content_type="application/json")

    def _called(self, request: Request) -> tuple[int, dict[str, object] | None]:
        held, found = self._held(request), PATH.fullmatch(request.path)
        if held is None:
            raise ApiError(401, "InvalidAuthenticationToken")
        if request.path.startswith(f"/v1.0{SUBSCRIPTIONS}"):
            mailbox, path, base = held.mailbox, request.path.removeprefix("/v1.0"), ""
        elif found:
            mailbox, path = (found[1] or held.mailbox).casefold(), found[2]
            base = f"{self.endpoint}/{'users/' + found[1] if found[1] else 'me'}"
        else:
            raise ApiError(400, "BadRequest")
        self.calls_of[mailbox] += 1
        if self._running[self.busy_key(request)] > AT_ONCE:
            raise ApiError(429, "ApplicationThrottled")
        body = request.get_json(silent=True) if request.get_data() else None
        query = request.args.to_dict()
        asked = {name: value for name, value in query.items() if name != "$skip"}
        self.broken.extend(faults_of(request.method, path, asked, body))
        self._check_headers(request)
        self._check_rights(request, held, mailbox, path)
        preferred = PREFERRED.fullmatch(request.headers.get("Prefer", ""))
        zone = preferred[1] if preferred else "UTC"
        asking = Asking(mailbox, path, query, body or {}, request.headers.get("If-Match", ""), base, zone)
        if path.startswith(SUBSCRIPTIONS):
            return self.subscriptions.called(request.method, asking, held)
        return self.api.called(request.method, asking)

    def _messages(self) -> list[Message]:
        with self.lock:
            return self.subscriptions.messages()

    def _held(self, request: Request) -> Pass | None:
        return self.entra.passes.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def _check_headers(self, request: Request) -> None:
        if not PREFERRED.fullmatch(request.headers.get("Prefer", "")):
            self.broken.append(f"{request.path} prefers no immutable ids, or no clock")

    def _check_rights(self, request: Request, held: Pass, mailbox: str, path: str) -> None:
        if held.mailbox and mailbox != held.mailbox:
            raise ApiError(403, "ErrorAccessDenied")
        if mailbox in self.switches.out_of_scope:
            raise ApiError(403, "ErrorAccessDenied")
        if path.startswith(SUBSCRIPTIONS):
            if not held.scopes & READS:
                raise ApiError(403, "ErrorAccessDenied")
            return
        if not held.mailbox and request.path.startswith("/v1.0/me/"):
            raise ApiError(400, "BadRequest")
        if mailbox not in self.store.mailboxes:
            raise ApiError(404, "ResourceNotFound")
        writes = request.method != "GET" and not path.endswith("/getSchedule")
        if not held.scopes & (WRITES if writes else READS):
            raise ApiError(403, "ErrorAccessDenied")
