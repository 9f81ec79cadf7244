"""Addresses that are told of events, and what became of each message."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from scheduler.app.telling.webhooks import Webhooks, named_events
from scheduler.core.webhook import HookMessage
from scheduler.core.webhook import Webhook as Held
from scheduler.documents.moments import instant
from scheduler.errors import InputError
from scheduler.web.api.access import Caller, WebhookEditor
from scheduler.web.api.hook_models import Messages, NewWebhook, Secret, Webhook, WebhookWithSecret
from scheduler.web.api.problems import Refused, documented
from scheduler.web.api.route import ApiRoute

router = APIRouter(prefix="/v1/programmes/{programme}/webhooks", route_class=ApiRoute, tags=["webhooks"])

HookPath = Annotated[str, Path(description="The id of a webhook.", max_length=64)]
MessagePath = Annotated[str, Path(description="The id of a message.", max_length=64)]
THERE = documented(404, 409)


@router.get("", name="api-webhooks", response_model=list[Webhook])
def webhooks(known: WebhookEditor) -> Any:
    """All webhooks, the oldest first."""
    return [_webhook(each) for each in _hooks(known).of(known.programme)]


@router.post(
    "", name="api-new-webhook", status_code=201, response_model=WebhookWithSecret, responses=documented(409, 415)
)
def new_webhook(known: WebhookEditor, wanted: NewWebhook, response: Response) -> Any:
    """Be told at an address: https, and none of a private network."""
    secret, new = _hooks(known).make(known.programme, wanted.url, named_events(wanted.events))
    response.headers["Location"] = known.path("api-webhook", webhook=new.id)
    return _webhook(new) | {"secret": secret}


@router.get("/{webhook}", name="api-webhook", response_model=Webhook, responses=THERE)
def webhook(known: WebhookEditor, webhook: HookPath) -> Any:
    """One webhook."""
    return _webhook(_found(known, webhook))


@router.delete("/{webhook}", name="api-remove-webhook", status_code=204, response_class=Response, responses=THERE)
def remove(known: WebhookEditor, webhook: HookPath) -> None:
    """Tell it nothing more, and forget what it was told."""
    _hooks(known).remove(known.programme, _found(known, webhook).id)


@router.post("/{webhook}/rotate", name="api-rotate", response_model=Secret, responses=THERE)
def rotate(known: WebhookEditor, webhook: HookPath) -> Any:
    """Have another secret."""
    return {"secret": _hooks(known).rotate(known.programme, _found(known, webhook).id)}


@router.post("/{webhook}/enable", name="api-enable", response_model=Webhook, responses=THERE)
def enable(known: WebhookEditor, webhook: HookPath) -> Any:
    """Tell one again that was disabled."""
    _hooks(known).enable(known.programme, _found(known, webhook).id, on=True)
    return _webhook(_found(known, webhook))


@router.post("/{webhook}/test", name="api-test-webhook", status_code=202, response_model=Messages, responses=THERE)
def test(known: WebhookEditor, webhook: HookPath) -> Any:
    """Send a message of the type `test`."""
    hooks, hook = _hooks(known), _found(known, webhook)
    id_ = hooks.test(known.programme, hook.id)
    return {"items": [_message(each) for each in hooks.log(known.programme, hook.id) if each.id == id_]}


@router.get("/{webhook}/messages", name="api-messages", response_model=Messages, responses=THERE)
def messages(known: WebhookEditor, webhook: HookPath) -> Any:
    """The last twenty messages."""
    return {"items": [_message(each) for each in _hooks(known).log(known.programme, _found(known, webhook).id)]}


@router.post("/{webhook}/messages/{message}/resend", name="api-resend", status_code=202, responses=THERE)
def resend(known: WebhookEditor, webhook: HookPath, message: MessagePath) -> dict[str, str]:
    """Send a message once more, with the same id."""
    try:
        _hooks(known).resend(known.programme, _found(known, webhook).id, message)
    except InputError as fault:
        raise Refused(404, fault.message) from None
    return {"message": message}


def _hooks(known: Caller) -> Webhooks:
    return known.site.service.webhooks


def _found(known: Caller, webhook: str) -> Held:
    try:
        return _hooks(known).get(known.programme, webhook)
    except InputError:
        raise Refused(404, "There is no such webhook.") from None


def _webhook(held: Held) -> dict[str, Any]:
    return {
        "id": held.id,
        "url": held.url,
        "events": sorted(held.events),
        "created_at": instant(held.created_at),
        "disabled_at": held.disabled_at and instant(held.disabled_at),
    }


def _message(message: HookMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "event": message.event,
        "at": instant(message.at),
        "attempts": message.attempts,
        "retry_at": None if message.done_at else instant(message.retry_at),
        "done_at": message.done_at and instant(message.done_at),
        "delivered": message.delivered,
        "answer": message.answer,
        "body": json.loads(message.body),
    }
