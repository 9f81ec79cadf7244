"""What programs may do here: tokens of the API, and webhooks. A secret is shown once, where it was made."""

from datetime import timedelta

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.access.tokens import Tokens
from scheduler.app.telling.webhooks import Webhooks, named_events
from scheduler.core.token import Scope
from scheduler.core.tongue import gettext as _
from scheduler.core.webhook import TOLD, HookEvent, Webhook
from scheduler.errors import InputError
from scheduler.web.guards import Coordinator
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}")
LASTS = {"30": timedelta(days=30), "365": timedelta(days=365), "": None}


@router.get("/tokens", name="tokens")
def tokens(visit: Coordinator) -> Response:
    """Tokens, and a form for another one."""
    return _tokens(visit)


@router.post("/tokens", name="make-token")
def make_token(visit: Coordinator) -> Response:
    """Make a token, and show it."""
    wanted = [scope for scope in Scope if visit.said(f"may-{scope}")]
    lasts = LASTS.get(visit.said("lasts"), LASTS["30"])
    try:
        secret, _token = _kept(visit).issue(visit.programme, visit.said("name"), wanted, lasts)
    except InputError as fault:
        return _tokens(visit, status=422, wrong=_words(fault), name=visit.said("name"), ticked=wanted)
    return _tokens(visit, secret=secret)


@router.post("/tokens/{token}/revoke", name="revoke-token")
def revoke_token(visit: Coordinator, token: str) -> Response:
    """End a token."""
    if token not in {each.id for each in _kept(visit).of(visit.programme)}:
        raise HTTPException(404)
    _kept(visit).revoke(visit.programme, token)
    return visit.go("tokens", programme=visit.programme)


@router.get("/webhooks", name="webhooks")
def webhooks(visit: Coordinator) -> Response:
    """Webhooks, and a form for another one."""
    return _webhooks(visit)


@router.post("/webhooks", name="make-webhook")
def make_webhook(visit: Coordinator) -> Response:
    """Make a webhook, and show its secret."""
    url, wanted = visit.said("url"), [str(event) for event in TOLD if visit.said(f"tell-{event}")]
    try:
        secret, made = _hooks(visit).make(visit.programme, url, named_events(wanted))
    except InputError as fault:
        return _webhooks(visit, status=422, wrong=_words(fault), url=url, ticked=wanted)
    return _webhook(visit, made, secret=secret)


@router.get("/webhooks/{webhook}", name="webhook")
def webhook(visit: Coordinator, webhook: str) -> Response:
    """A webhook, and what it was told of late."""
    return _webhook(visit, _found(visit, webhook))


@router.post("/webhooks/{webhook}/test", name="try-webhook")
def try_webhook(visit: Coordinator, webhook: str) -> Response:
    """Send it a message that tells nothing."""
    _hooks(visit).test(visit.programme, _found(visit, webhook).id)
    return visit.go("webhook", programme=visit.programme, webhook=webhook)


@router.post("/webhooks/{webhook}/rotate", name="rotate-webhook")
def rotate_webhook(visit: Coordinator, webhook: str) -> Response:
    """Another secret, which is shown."""
    held = _found(visit, webhook)
    return _webhook(visit, held, secret=_hooks(visit).rotate(visit.programme, held.id))


@router.post("/webhooks/{webhook}/enable", name="enable-webhook")
def enable_webhook(visit: Coordinator, webhook: str) -> Response:
    """Tell it again."""
    _hooks(visit).enable(visit.programme, _found(visit, webhook).id, on=True)
    return visit.go("webhook", programme=visit.programme, webhook=webhook)


@router.post("/webhooks/{webhook}/remove", name="remove-webhook")
def remove_webhook(visit: Coordinator, webhook: str) -> Response:
    """Tell it nothing more."""
    _hooks(visit).remove(visit.programme, _found(visit, webhook).id)
    return visit.go("webhooks", programme=visit.programme)


@router.post("/webhooks/{webhook}/messages/{message}/resend", name="resend-message")
def resend_message(visit: Coordinator, webhook: str, message: str) -> Response:
    """Send it a message once more."""
    held = _found(visit, webhook)
    if message not in {each.id for each in _hooks(visit).log(visit.programme, held.id)}:
        raise HTTPException(404)
    _hooks(visit).resend(visit.programme, held.id, message)
    return visit.go("webhook", programme=visit.programme, webhook=webhook)


def _tokens(
    visit: Desk,
    *,
    status: int = 200,
    secret: str = "",
    wrong: str = "",
    name: str = "",
    ticked: list[Scope] | None = None,
) -> Response:
    return visit.page(
        "tokens.html",
        status=status,
        tokens=_kept(visit).of(visit.programme),
        scopes=_scopes(),
        secret=secret,
        wrong=wrong,
        name=name,
        ticked=[Scope.READ] if ticked is None else ticked,
    )


def _webhooks(
    visit: Desk, *, status: int = 200, wrong: str = "", url: str = "", ticked: list[str] | None = None
) -> Response:
    hooks = _hooks(visit).of(visit.programme)
    return visit.page(
        "webhooks.html", status=status, webhooks=hooks, events=_events(), wrong=wrong, url=url, ticked=ticked or []
    )


def _webhook(visit: Desk, held: Webhook, secret: str = "") -> Response:
    messages = _hooks(visit).log(visit.programme, held.id)
    return visit.page("webhook.html", webhook=held, messages=messages, events=_events(), secret=secret)


def _scopes() -> dict[Scope, str]:
    return {
        Scope.READ: _("look at everything that you see here"),
        Scope.PLAN: _("have plans made"),
        Scope.APPLY: _("publish plans and answer proposals: calendars are written, people are told"),
        Scope.PEOPLE: _("change people's limits"),
        Scope.WEBHOOKS: _("make and remove webhooks"),
    }


def _events() -> dict[HookEvent, str]:
    return {
        HookEvent.PLAN_READY: _("a plan is ready"),
        HookEvent.PLAN_APPLIED: _("a plan was published"),
        HookEvent.MEETING_MOVED: _("a meeting was moved"),
        HookEvent.MEETING_SKIPPED: _("a meeting does not take place"),
        HookEvent.MEETING_DECLINED: _("somebody will not come"),
        HookEvent.CALENDAR_DISCONNECTED: _("a calendar can't be read any more"),
        HookEvent.CONFLICT_UNRESOLVED: _("somebody has to say what becomes of a meeting"),
        HookEvent.TEST: _("a test"),
    }


def _kept(visit: Desk) -> Tokens:
    return Tokens(visit.site.service.database, visit.site.service.clock)


def _hooks(visit: Desk) -> Webhooks:
    return visit.site.service.webhooks


def _found(visit: Desk, webhook: str) -> Webhook:
    try:
        return _hooks(visit).get(visit.programme, webhook)
    except InputError:
        raise HTTPException(404) from None


def _words(fault: InputError) -> str:
    return f"{fault.message} {fault.hint}".strip().capitalize()
