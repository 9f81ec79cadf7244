"""Accounts at Google: whose it is, its calendars, and giving it back."""

from contextlib import suppress
from urllib.parse import urlencode

from connectors._google.credentials import Key, parse_key
from connectors._google.faults import Refused, Unsure
from connectors._google.session import LIST, READ, GoogleSession, Json
from connectors._google.transport import Transport
from connectors._http.retry import patiently
from connectors._http.secret import Held
from scheduler.core.account import Grant, Listed
from scheduler.core.address import MAILBOX
from scheduler.core.words import one_line
from scheduler.errors import CredentialsRejected, InputError, Unavailable

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
FIELDS = "items(id,summary,summaryOverride,accessRole,primary),nextPageToken"
SOME_DAY = {"timeMin": "2027-01-01T00:00:00Z", "timeMax": "2027-01-02T00:00:00Z"}  # any will do, to see if we may
MOST_PAGES = 50


def grant_of(secret_text: str, *, endpoint: str, token_uri: str, mailbox: str = "") -> Grant:
    """Whose account a secret opens, seen by one real call. `mailbox`: whose calendar it is meant for.

    A service account acts for the mailbox where it has domain-wide delegation, else for itself: then it reads what is
    shared with it, and can't invite. Raises InputError for what is no such JSON, CredentialsRejected, Unavailable.
    """
    held = Held(secret_text)
    key = parse_key(secret_text)
    if key.is_service:
        return _service_grant(held, endpoint, token_uri, mailbox)
    session = GoogleSession(held, endpoint=endpoint, token_uri=token_uri)
    scopes, claims = session.granted()
    primary = str(claims.get("email") or _primary(session) or mailbox)
    if not MAILBOX.fullmatch(primary):
        raise InputError(
            "Google does not say whose account this is.",
            hint="Give the person a calendar google:MAILBOX in people.csv.",
        )
    _see(session, primary)
    known = (
        f"{claims['iss']} {claims['sub']}" if claims.get("iss") in ISSUERS and claims.get("sub") else primary.lower()
    )
    return Grant(
        identity=known,
        address=primary,
        secret=held.text,
        scopes=scopes or _scopes_of(key),
        calendars=(f"google:{primary}",),
    )


def listed(session: GoogleSession) -> tuple[Listed, ...]:
    """The calendars of an account, the primary one first. Raises CredentialsRejected, Unavailable."""
    found, page = list[Json](), ""
    for _ in range(MOST_PAGES):
        asked = {"pageToken": page} if page else {}
        answer = session.read(session.calendar.calendarList().list(maxResults=250, fields=FIELDS, **asked), LIST)
        found += answer.get("items", [])
        page = answer.get("nextPageToken", "")
        if not page:
            break
    return tuple(
        Listed(
            address=f"google:{each['id']}",
            name=one_line(str(each.get("summaryOverride") or each.get("summary") or "")),
            writable=each.get("accessRole") in ("owner", "writer"),
        )
        for each in sorted(found, key=lambda each: not each.get("primary"))
        if MAILBOX.fullmatch(str(each.get("id")))
    )


def revoke(secret_text: str, *, revoke_uri: str) -> str:
    """Take a user's consent back (RFC 7009). What is left to be done at Google; nothing, where that was all.

    Raises Unavailable.
    """
    key = parse_key(secret_text)
    if key.is_service:
        return "The service account stays as it is: delete its key, or its delegation, in the admin console."
    body = urlencode({"token": key.info["refresh_token"]})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    transport = Transport()

    def once() -> int:
        status, received, _ = transport.send("POST", revoke_uri, body, headers)
        if status >= 500 or status == 429:
            raise Unsure("Google can't revoke the consent now.", received.get("retry-after"))
        return status

    # 400: it was revoked before, or is no token at all any more
    if patiently(once) not in (200, 400):
        raise Unavailable("Google did not revoke the consent.")
    return ""


def _service_grant(held: Held, endpoint: str, token_uri: str, mailbox: str) -> Grant:
    email = str(parse_key(held.text).info["client_email"])
    delegated = bool(mailbox)
    try:
        _see(GoogleSession(held, endpoint=endpoint, token_uri=token_uri, subject=mailbox), mailbox or email)
    except InputError:
        if not mailbox:
            raise
        # no delegation; the calendar may still be shared with it
        _see(GoogleSession(held, endpoint=endpoint, token_uri=token_uri), mailbox)
        delegated = False
    return Grant(
        identity=email,
        address=mailbox or email,
        secret=held.text,
        scopes=READ,
        everybody=delegated,
        calendars=(f"google:{mailbox or email}",),
    )


def _scopes_of(key: Key) -> tuple[str, ...]:
    """What the file says of its scopes: an answer may leave them out where they are the same (RFC 6749, 5.1)."""
    said = key.info.get("scopes")
    return tuple(str(each) for each in said) if isinstance(said, list) else ()


def _primary(session: GoogleSession) -> str:
    """The id of the primary calendar, which is its owner's mailbox; empty where we may not ask."""
    with suppress(Refused, CredentialsRejected):
        return str(session.read(session.calendar.calendarList().get(calendarId="primary", fields="id"), LIST)["id"])
    return ""


def _see(session: GoogleSession, mailbox: str) -> None:
    """One real call. Raises InputError where the account can't see that calendar."""
    query = session.calendar.freebusy().query(body={**SOME_DAY, "items": [{"id": mailbox}]}, fields="calendars")
    said = session.read(query, READ[:1]).get("calendars", {}).get(mailbox) or {}
    if not isinstance(said, dict) or "busy" not in said or said.get("errors"):
        raise InputError("This Google account does not see the free/busy of that mailbox.")
