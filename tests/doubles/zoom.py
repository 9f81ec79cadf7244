"""A double of Zoom: the token endpoint of server-to-server apps, and meetings of one user, with a limit a day.

Each request is held to our own description of what we send; a test compares that with Zoom's published one.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import jsonschema
from werkzeug.wrappers import Request, Response

from tests.doubles.server import Double

ACCOUNT, CLIENT, SECRET = "CANARY-account", "CANARY-client", "CANARY-zoom-secret"
HOSTILE = "CANARY-words <script>alert(1)</script>"

Schema = dict[str, Any]  # JSON Schema

SETTINGS: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "use_pmi": {"type": "boolean"},
        "join_before_host": {"type": "boolean"},
        "waiting_room": {"type": "boolean"},
        "auto_recording": {"type": "string", "enum": ["local", "cloud", "none"]},
    },
}
CREATE: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["topic", "type", "agenda", "settings"],
    "properties": {
        "topic": {"type": "string", "minLength": 1, "maxLength": 200},
        "type": {"type": "integer", "enum": [3]},
        "agenda": {"type": "string", "maxLength": 2000},
        "settings": SETTINGS,
    },
}
UPDATE: Schema = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {"topic": CREATE["properties"]["topic"]},
}
LIST: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "page_size"],
    "properties": {
        "type": {"type": "string", "enum": ["scheduled", "live", "upcoming"]},
        "page_size": {"type": "string", "pattern": "^([1-9]|[1-9][0-9]|[12][0-9][0-9]|300)$"},
        "next_page_token": {"type": "string"},
    },
}


class ZoomDouble(Double):
    """One account with one app and one user.

    `tells_agenda`: whether lists tell each meeting's agenda; `page`: at most so many meetings a page; `link`: how the
    links begin; `tokens`: those that hold; `scopes`: whether the app has those that it needs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.meetings: dict[int, dict[str, Any]] = {}
        self.tells_agenda, self.page, self.link, self.scopes = True, 300, "https://us02web.zoom.us/j/", True
        self.secret = SECRET
        self.tokens: set[str] = set()
        self.changes = Counter[str]()
        self.limit, self.day = 100, "2026-11-21"
        self._made = 0

    @property
    def api(self) -> str:
        """What zoom.api_endpoint is to be."""
        return f"{self.url}/v2"

    @property
    def door(self) -> str:
        """What zoom.token_uri is to be."""
        return f"{self.url}/oauth/token"

    def answer(self, request: Request) -> Response:
        """As Zoom."""
        if request.path == "/oauth/token":
            return self._token(request)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, 124, "Invalid access token.")
        if not self.scopes:
            return _error(400, 4711, "Invalid access token, does not contain scopes")
        if request.path == "/v2/users/me/meetings":
            return self._create(request) if request.method == "POST" else self._list(request)
        number = request.path.removeprefix("/v2/meetings/")
        if not number.isdigit() or int(number) not in self.meetings:
            return _error(404, 3001, f"Meeting does not exist: {number}.")
        return self._one(request, int(number))

    def _token(self, request: Request) -> Response:
        known = request.authorization
        right = known is not None and (known.username, known.password) == (CLIENT, self.secret)
        if not right or request.form.get("account_id") != ACCOUNT:
            said = {"reason": f"Invalid client_id or client_secret {HOSTILE}", "error": "invalid_client"}
            return _json(said, 400)
        if request.form.get("grant_type") != "account_credentials" or set(request.form) != {"grant_type", "account_id"}:
            self.broken.append(f"token: {sorted(request.form)}")
        token = f"CANARY-token-{len(self.tokens)}"
        self.tokens.add(token)
        scope = "meeting:write:meeting:admin meeting:read:list_meetings:admin"
        return _json({"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": scope})

    def _create(self, request: Request) -> Response:
        body = self._checked(json.loads(request.get_data()), CREATE)
        if body is None:
            return _error(400, 300, f"Validation Failed. {HOSTILE}")
        if self._is_full():
            return self._over()
        self._made += 1
        number = 81_000_000_000 + self._made
        made = {
            "id": number,
            "uuid": f"uuid{number}==",
            "host_id": "CANARY-host",
            "created_at": f"{datetime(2026, 11, 21, tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}",
            "join_url": f"{self.link}{number}?pwd=word{number}",
            "start_url": f"https://zoom.us/s/{number}?zak=CANARY-start",
        }
        self.meetings[number] = made | body
        return _json(self.meetings[number], 201)

    def _list(self, request: Request) -> Response:
        query = self._checked(dict(request.args), LIST)
        if query is None:
            return _error(400, 300, "Validation Failed.")
        start, size = int(query.get("next_page_token", "at0")[2:]), min(self.page, int(query["page_size"]))
        everything = sorted(self.meetings.values(), key=lambda each: str(each["created_at"]))
        names = ("id", "uuid", "host_id", "topic", "type", "created_at", "join_url")
        told = (*names, "agenda") if self.tells_agenda else names
        items = [{name: each[name] for name in told if name in each} for each in everything[start : start + size]]
        more = f"at{start + size}" if start + size < len(everything) else ""
        return _json({"page_size": size, "total_records": len(everything), "next_page_token": more, "meetings": items})

    def _one(self, request: Request, number: int) -> Response:
        if request.method == "GET":
            return _json(self.meetings[number])
        if request.method == "DELETE":
            del self.meetings[number]
            return Response(status=204)
        body = self._checked(json.loads(request.get_data()), UPDATE)
        if body is None:
            return _error(400, 300, f"Validation Failed. {HOSTILE}")
        if self._is_full():
            return self._over()
        self.meetings[number] |= body
        return Response(status=204)

    def _checked(self, sent: Any, schema: Schema) -> dict[str, Any] | None:
        try:
            jsonschema.validate(sent, schema)
        except jsonschema.ValidationError as fault:
            self.broken.append(f"{fault.json_path}: {fault.message}")
            return None
        assert isinstance(sent, dict)
        return sent

    def _is_full(self) -> bool:
        self.changes[self.day] += 1
        return self.changes[self.day] > self.limit

    def _over(self) -> Response:
        answer = _error(429, 429, f"You have exceeded the daily rate limit ({self.limit}) of Meeting Create/Update API")
        answer.headers["Retry-After"] = "2026-11-22T00:00:00Z"
        answer.headers["X-RateLimit-Type"] = "Daily-limit"
        return answer


def _json(said: object, status: int = 200) -> Response:
    return Response(json.dumps(said), status, content_type="application/json")


def _error(status: int, code: int, message: str) -> Response:
    return _json({"code": code, "message": f"{message} {HOSTILE}"}, status)
