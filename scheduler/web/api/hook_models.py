"""What the API says and takes of webhooks, as pydantic has it."""

from typing import Annotated, Any

from pydantic import Field

from scheduler.core.webhook import HookEvent
from scheduler.web.api.shapes import Asked, Said


class NewWebhook(Asked):
    """An address to be told at."""

    url: Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://example.org/hooks/rondo"])]
    events: Annotated[
        list[Annotated[str, Field(max_length=40, examples=["meeting.moved"])]],
        Field(default_factory=list, max_length=20, description="What it is told of; empty: everything."),
    ]


class Webhook(Said):
    """An address that is told of events (empty: of all); one that failed for days, or answered 410, is disabled."""

    id: str
    url: str
    events: list[HookEvent]
    created_at: str
    disabled_at: str | None


class WebhookWithSecret(Webhook):
    """A webhook and its secret (Standard Webhooks), which is told now and never again."""

    secret: str


class Secret(Said):
    """Another secret, which is told now and never again. For a day messages are signed with the old one, too."""

    secret: str


class Message(Said):
    """A message to a webhook. `answer`: a status, or what went wrong at the last attempt."""

    id: str
    event: HookEvent
    at: str
    attempts: int
    retry_at: str | None
    done_at: str | None
    delivered: bool
    answer: str
    body: dict[str, Any]


class Messages(Said):
    """The messages of late, the newest first."""

    items: list[Message]
