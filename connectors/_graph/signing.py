"""Signing in to Outlook, and what an account is: whose it is, and which of its calendars there are."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import msal
import requests

from connectors._graph.session import GraphSession, Refusal
from connectors._graph.tokens import (
    ANY_TENANT,
    APP_ONLY,
    BROKEN,
    authority_url,
    delegated_secret,
    kind_of,
    open_app,
)
from connectors._http.retry import Later
from connectors._http.secret import Held
from scheduler.core.account import Grant, Listed
from scheduler.errors import CredentialsRejected, InputError, Unavailable

PATIENCE = 300  # seconds for somebody to sign in
CONSENTS = "https://myapplications.microsoft.com or, for personal accounts, https://account.live.com/consent/Manage"
SHOWN = ("value", "@odata.nextLink", "name", "canEdit", "isDefaultCalendar", "owner", "address")


def sign_in(*, client_id: str, authority: str, scopes: Sequence[str], tell: Callable[[str], None], device: bool) -> str:
    """Let somebody sign in, and give the secret of the account.

    With a browser on this machine, which is opened, and whose address is told where that fails; or, with `device`, by a
    code that is typed on any machine. Raises CredentialsRejected where they did not sign in, Unavailable.
    """
    cache = msal.SerializableTokenCache()
    try:
        app = open_app(authority, client_id, "", cache)
        answer = _by_device(app, scopes, tell) if device else _by_browser(app, scopes, tell)
    except Later as later:
        raise Unavailable(later.reason) from None
    except requests.RequestException:
        raise Unavailable("Microsoft's sign-in can't be reached.") from None
    except BROKEN:
        raise Unavailable(
            "Microsoft's sign-in gives an answer that can't be read, or there is no such tenant."
        ) from None
    if not isinstance(answer, dict) or "access_token" not in answer:
        raise CredentialsRejected("Nobody signed in to Outlook, or the access was not granted.")
    return delegated_secret(cache, list(scopes))


def _by_browser(app: Any, scopes: Sequence[str], tell: Callable[[str], None]) -> Any:
    return app.acquire_token_interactive(
        list(scopes),
        prompt="select_account",
        timeout=PATIENCE,
        auth_uri_callback=lambda uri: tell(f"Open this address in a browser: {uri}"),
    )


def _by_device(app: Any, scopes: Sequence[str], tell: Callable[[str], None]) -> Any:
    flow = app.initiate_device_flow(list(scopes))
    if "user_code" not in flow:
        raise CredentialsRejected(
            "Microsoft does not let this app sign in by a code: allow public client flows for it."
        )
    tell(f"Open {flow['verification_uri']} on any machine, and type {flow['user_code']}")
    return app.acquire_token_by_device_flow(flow)


def grant_of(
    secret_text: str,
    *,
    endpoint: str,
    authority: str,
    client_id: str,
    client_secret: str,
    mailbox: str = "",
    probe: str = "",
) -> Grant:
    """What a secret opens, after a call that shows that it does.

    Who signed in is known by tenant and object id; an app by itself by tenant and mailbox. `probe`: a mailbox that the
    app must not reach, or it is refused: without a policy, its permission holds for everybody's. Raises InputError,
    CredentialsRejected, Unavailable.
    """
    kind, _ = kind_of(secret_text)
    if kind == APP_ONLY:
        _check_app_only(authority, client_secret, mailbox)
    held = Held(secret_text)
    session = GraphSession(
        held,
        endpoint=endpoint,
        authority=authority,
        client_id=client_id,
        client_secret=client_secret,
        mailbox=mailbox if kind == APP_ONLY else "",
    )
    address = _address(session)
    scopes: tuple[str, ...] = (".default",)
    if kind == APP_ONLY:
        _check_probe(session, probe)
        identity = f"{session.tokens.tenant}/{mailbox.casefold()}"
    else:
        who = str(session.tokens.account.get("home_account_id", ""))
        if not who:
            raise CredentialsRejected("Microsoft does not tell who signed in.")
        identity, scopes = "/".join(reversed(who.split("."))), session.tokens.scopes
        if mailbox and mailbox.casefold() != address.casefold():
            raise InputError(f"{address} signed in, and not {mailbox}.", hint="Sign in as the owner of the mailbox.")
    return Grant(
        identity=identity,
        address=address or mailbox,
        secret=held.text,
        scopes=scopes,
        everybody=kind == APP_ONLY,
        calendars=(f"outlook:{address or mailbox}",),
    )


def listed(session: GraphSession) -> tuple[Listed, ...]:
    """The calendars whose busy times can be asked for: the mailbox's own, and those of others that it may see.

    A further calendar of the same mailbox has no busy times of its own at Outlook. Raises CredentialsRejected,
    Unavailable.
    """
    found: dict[str, Listed] = {}
    params = {"$select": "name,canEdit,isDefaultCalendar,owner", "$top": "100"}
    try:
        calendars = [
            each for page in session.pages(f"{session.root()}/calendars", params, SHOWN) for each in page["value"]
        ]
    except Refusal as refusal:
        raise Unavailable(refusal.words) from None
    own = next((_owner(each) for each in calendars if each.get("isDefaultCalendar")), session.mailbox)
    for each in calendars:
        owner = _owner(each) or own
        if owner and (each.get("isDefaultCalendar") or owner.casefold() != own.casefold()):
            calendar = Listed(
                address=f"outlook:{owner}", name=str(each.get("name") or ""), writable=bool(each.get("canEdit"))
            )
            found.setdefault(owner.casefold(), calendar)
    return tuple(found.values())


def revoke(secret_text: str) -> str:
    """What is left to be done, in words: Microsoft lets no app give back its own access.

    It can only end all of somebody's sessions everywhere, which is not ours to do; forgetting the secret is.
    """
    kind, _ = kind_of(secret_text)
    if kind == APP_ONLY:
        return "The app still has its permission: an administrator takes it back in Microsoft Entra."
    return f"Microsoft still lists the consent: it is taken back at {CONSENTS}."


def app_only_secret() -> str:
    """The secret of an app by itself: its client credentials are in the settings."""
    return json.dumps({"kind": APP_ONLY})


def _check_app_only(authority: str, client_secret: str, mailbox: str) -> None:
    tenant = authority_url(authority).rsplit("/", 1)[-1]
    if tenant in ANY_TENANT:
        hint = "Set microsoft.authority to https://login.microsoftonline.com/ and your tenant."
        raise InputError(f"An app by itself signs in at a tenant of its own, not at {tenant!r}.", hint=hint)
    if not client_secret or not mailbox:
        missing = "a mailbox" if client_secret else "a client secret"
        raise InputError(f"An app by itself needs {missing}.")


def _address(session: GraphSession) -> str:
    try:
        path = f"{session.root()}/calendar"
        told = session.call("GET", path, params={"$select": "owner"}, keep=("owner", "address"))
    except Refusal as refusal:
        raise Unavailable(f"{session.mailbox}: {refusal.words}") from None
    return _owner(told)


def _owner(calendar: dict[str, Any]) -> str:
    owner = calendar.get("owner")
    return str(owner.get("address") or "") if isinstance(owner, dict) else ""


def _check_probe(session: GraphSession, probe: str) -> None:
    if not probe:
        return
    try:
        session.call("GET", f"{session.root(probe)}/calendar", params={"$select": "owner"}, keep=("owner",))
    except CredentialsRejected:
        return
    except Refusal as refusal:
        raise InputError(f"{probe}: {refusal.words}", hint="Name a mailbox that is there.") from None
    raise InputError(
        f"The app may open {probe} too.", hint="Limit it with an ApplicationAccessPolicy; it takes an hour or more."
    )
