"""A double of Google Calendar and its OAuth: it holds state, and every request is checked against Google's description.

Start it with `tests.doubles.server.serving`; `endpoint`, `token_uri`, `auth_uri` and `revoke_uri` say where it is.
"""

import json
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from tests.doubles._google.api import METHODS, Api
from tests.doubles._google.base import ApiError, Asking, Mail, Switches, error_body
from tests.doubles._google.discovery import broken, masked, method_of, parse_fields, scopes_of
from tests.doubles._google.expand import Json, Unclear
from tests.doubles._google.oauth import CLIENT, SECRET, OAuth, Token, private_key
from tests.doubles._google.store import Person, Shown, Store, Stored
from tests.doubles.pushes import Message, Pushes
from tests.doubles.server import Double, Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

USAGE = "rateLimitExceeded"
MINUTE = 60.0
UNWELL = {500, 502, 503, 504}  # answers of a door after which Google tries again
EVERYTHING = (
    *("openid", "https://www.googleapis.com/auth/userinfo.email"),
    *(
        f"https://www.googleapis.com/auth/calendar.{name}"
        for name in ("freebusy", "events.freebusy", "calendarlist.readonly", "events.owned")
    ),
)


class Google(Double):
    """The double. `switches`: which of the ways that Google may go; `store.old_zones`: zone data other than ours.

    `quota`: calls a minute for each user; `most_in_a_minute` counts them by user. `over_quota` counts refusals.
    `pushes`: what its channels tell, after each change of a calendar by whomever.
    """

    def __init__(self, *, quota: int = 600, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.store, self.switches, self.oauth = Store(), Switches(), OAuth()
        self.pushes = Pushes(self._messages, retried=lambda status: status in UNWELL)
        self.api = Api(self.store, self.switches, self.pushes)
        self.quota, self.over_quota = quota, 0
        self.most_in_a_minute = Counter[str]()
        self.instead: dict[str, Callable[[Asking], Json]] = {}
        self._clock = clock
        self._recent: dict[str, deque[float]] = {}

    @property
    def endpoint(self) -> str:
        """The API's address."""
        return f"{self.url}/calendar/v3/"

    @property
    def token_uri(self) -> str:
        """Where tokens are had."""
        return f"{self.url}/token"

    @property
    def auth_uri(self) -> str:
        """The consent page."""
        return f"{self.url}/auth"

    @property
    def revoke_uri(self) -> str:
        """Where consent is taken back."""
        return f"{self.url}/revoke"

    @property
    def all_mails(self) -> list[Mail]:
        """Every mail that went to a guest."""
        return self.api.mails

    @property
    def mails(self) -> list[Mail]:
        """Those to people who have no account here."""
        return [each for each in self.api.mails if each.address not in self.store.people]

    def add_person(self, email: str, zone: str = "UTC") -> Person:
        """An account with a calendar."""
        self.oauth.subs[email] = f"1{len(self.oauth.subs):020d}"
        self.store.people[email] = Person(email, zone, self.oauth.subs[email])
        return self.store.people[email]

    def user_json(self, email: str, scopes: tuple[str, ...] = EVERYTHING) -> str:
        """Google's JSON of somebody who consented to these scopes."""
        held = {"refresh_token": self.oauth.remember(email, scopes), "client_id": CLIENT, "client_secret": SECRET}
        return json.dumps({"type": "authorized_user", **held})

    def service_json(self, email: str, delegated: tuple[str, ...] = EVERYTHING) -> str:
        """Google's JSON of a service account, which may do this for everybody."""
        self.oauth.services[email] = frozenset(delegated)
        held = {"client_email": email, "private_key": private_key(), "private_key_id": "k1", "client_id": "1"}
        return json.dumps({"type": "service_account", "token_uri": self.token_uri, **held})

    def add_event(self, email: str, start: datetime, end: datetime, /, **said: Any) -> str:
        """An appointment that somebody makes by hand; its id."""
        body: Json = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}} | said
        with self.lock:
            made: str = self.api.events_insert(self._by_hand(email, {}, body))["id"]
        return made

    def change(self, email: str, id_: str, **said: Any) -> None:
        """Somebody changes an event, or one date of it, by hand."""
        with self.lock:
            self.api.events_patch(self._by_hand(email, {"eventId": id_}, said))

    def delete(self, email: str, id_: str) -> None:
        """Somebody deletes an event, or one date of it, by hand."""
        with self.lock:
            self.api.events_delete(self._by_hand(email, {"eventId": id_}, {}))

    def dates(self, email: str, id_: str) -> list[Shown]:
        """The dates of one event in somebody's calendar."""
        with self.lock:
            stored = self.store.people[email].events.get(id_)
            return list(self.store.shown(stored, email)) if stored else []

    def revoke(self, email: str) -> None:
        """Somebody takes back what they consented to."""
        with self.lock:
            self.oauth.revoke(email)

    def expire_access(self) -> None:
        """No access token is good any more; refresh tokens are."""
        with self.lock:
            self.oauth.access.clear()

    def expire_sync(self) -> None:
        """No sync token is good any more."""
        self.api.token_age += 1

    def end_channels(self) -> None:
        """No channel tells anything any more, as when their time is over."""
        with self.lock:
            self.api.end_channels()

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """The WSGI application; head and body of an answer are sent at once, not 40 ms apart (RFC 896)."""
        environ["werkzeug.socket"].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return super().__call__(environ, start_response)

    def answer_by(self, name: str, answer: Callable[[Asking], Json]) -> None:
        """Another answer of one method: a test does something in between."""
        self.instead[name] = answer

    def busy_key(self, request: Request) -> str:
        """Google counts by user."""
        token = self._token(request)
        return token.email if token else ""

    def answer(self, request: Request) -> Response:
        """What Google answers."""
        match request.path:
            case "/token":
                return self.oauth.token(request, self.token_uri)
            case "/auth":
                return self.oauth.authorize(request)
            case "/revoke":
                return self.oauth.revoked(request)
            case "/.well-known/openid-configuration":
                return self.oauth.discovery(self.url)
            case "/certs":
                return self.oauth.certs()
        try:
            return self._called(request)
        except ApiError as error:
            return self._refused(error.status, error.reason)
        except Unclear:
            return self._refused(400, "invalid")

    def _messages(self) -> list[Message]:
        with self.lock:
            return self.api.messages()

    def _called(self, request: Request) -> Response:
        method = method_of(request.method, request.path)
        if method is None or method.name not in METHODS:
            self.broken.append(f"there is no method {request.method} {request.path}")
            return self._refused(404, "notFound")
        body = json.loads(request.get_data() or b"{}")
        found = list(broken(method, request.args, body))
        self.broken += found
        if found:
            return self._refused(400, "badRequest")
        token = self._token(request)
        if token is None:
            return self._refused(401, "authError")
        if self._counted(token.email) > self.quota:
            self.over_quota += 1
            return self._refused(403, USAGE)
        if not token.scopes & scopes_of(method):
            return self._refused(403, "insufficientPermissions")
        asking = Asking(token, method.path, request.args, body, request.headers.get("If-Match", ""))
        said = self.instead.get(method.name, partial(METHODS[method.name], self.api))(asking)
        if not method.said.get("response"):
            return Response(status=204)
        mask = parse_fields(request.args["fields"]) if "fields" in request.args else {}
        return Response(json.dumps(masked(said, mask)), content_type="application/json; charset=UTF-8")

    def _counted(self, email: str) -> int:
        now, recent = self._clock(), self._recent.setdefault(email, deque())
        recent.append(now)
        while now - recent[0] >= MINUTE:
            recent.popleft()
        self.most_in_a_minute[email] = max(self.most_in_a_minute[email], len(recent))
        return len(recent)

    def _token(self, request: Request) -> Token | None:
        return self.oauth.access.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def _refused(self, status: int, reason: str) -> Response:
        return Response(error_body(status, reason), status=status, content_type="application/json; charset=UTF-8")

    def _by_hand(self, email: str, path: dict[str, str], body: Json) -> Asking:
        request = Request.from_values(query_string={"sendUpdates": "none", "conferenceDataVersion": "1"})
        return Asking(Token(email, frozenset()), {"calendarId": "primary", **path}, request.args, body)


def usage_fault(status: int = 403, reason: str = USAGE, *, times: int = 1, retry_after: str | None = None) -> Fault:
    """Google asks for fewer requests."""
    headers = {"content-type": "application/json"} | ({} if retry_after is None else {"Retry-After": retry_after})
    return Fault(path="/calendar/v3/", status=status, headers=headers, body=error_body(status, reason), times=times)


__all__ = ["CLIENT", "EVERYTHING", "SECRET", "Google", "Shown", "Stored", "usage_fault"]
