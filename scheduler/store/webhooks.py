"""Webhooks and their messages: owed in the transaction of what they tell of, and kept until they are delivered."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.webhook import Happening, HookEvent, HookMessage, SealedSecret, Webhook
from scheduler.store.database import alone
from scheduler.store.rows import changing, instant, seconds
from scheduler.store.web_tables import webhook, webhook_message


def owe_messages(connection: Connection, programme: str, happenings: Sequence[Happening]) -> None:
    """Owe a message of each to every webhook that wants it, in whatever transaction this is; what is owed stays."""
    if not happenings:
        return
    live = (webhook.c.programme == programme) & webhook.c.disabled_at.is_(None)
    hooks = [_webhook(row) for row in connection.execute(select(webhook).where(live)).mappings()]
    for each in happenings if hooks else ():
        id_ = each.id(programme)
        same = (webhook_message.c.programme == programme) & (webhook_message.c.id == id_)
        held = set(connection.execute(select(webhook_message.c.webhook).where(same)).scalars())
        rows = [_row(programme, hook.id, id_, each) for hook in hooks if hook.wants(each.event) and hook.id not in held]
        if rows:
            connection.execute(insert(webhook_message), rows)


class SqlWebhooks:
    """Webhooks of all programmes. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, programme: str) -> tuple[Webhook, ...]:
        """A programme's, the oldest first."""
        return self._found(webhook.c.programme == programme)

    def get(self, programme: str, id_: str) -> Webhook | None:
        """One of them."""
        return next(iter(self._found(_is(programme, id_))), None)

    def all(self) -> tuple[Webhook, ...]:
        """Those of all programmes."""
        return self._found()

    def add(self, new: Webhook) -> None:
        """Keep a new one."""
        row = {
            "programme": new.programme,
            "id": new.id,
            "url": new.url,
            "events": json.dumps(sorted(new.events)),
            "sealed_secrets": _sealed(new.secrets),
            "created_at": seconds(new.created_at),
            "disabled_at": None,
        }
        with changing(self._engine, new.programme) as connection:
            connection.execute(insert(webhook), row)

    def reseal(self, held: Webhook, secrets: Sequence[SealedSecret]) -> None:
        """Take other secrets."""
        self._update(held.programme, held.id, sealed_secrets=_sealed(secrets))

    def enable(self, programme: str, id_: str, disabled_at: datetime | None) -> None:
        """Tell it from now on, or (with an instant) no more."""
        self._update(programme, id_, disabled_at=disabled_at and seconds(disabled_at))

    def remove(self, programme: str, id_: str) -> None:
        """Forget one with its messages."""
        with changing(self._engine, programme) as connection:
            of = (webhook_message.c.programme == programme) & (webhook_message.c.webhook == id_)
            connection.execute(delete(webhook_message).where(of))
            connection.execute(delete(webhook).where(_is(programme, id_)))

    def owe(self, held: Webhook, happening: Happening) -> str:
        """Owe a message to one webhook, whatever it wants; answers its id."""
        id_ = happening.id(held.programme)
        with changing(self._engine, held.programme) as connection:
            connection.execute(insert(webhook_message), _row(held.programme, held.id, id_, happening))
        return id_

    def due(self, now: datetime, most: int = 200) -> tuple[HookMessage, ...]:
        """Messages that are to be sent now, to webhooks that are not disabled; the oldest first."""
        live = (webhook.c.programme == webhook_message.c.programme) & (webhook.c.id == webhook_message.c.webhook)
        owed = webhook_message.c.done_at.is_(None) & (webhook_message.c.retry_at <= seconds(now))
        query = select(webhook_message).join(webhook, live).where(owed, webhook.c.disabled_at.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(webhook_message.c.at, webhook_message.c.id).limit(most)).mappings()
            return tuple(_message(row) for row in rows)

    def claim(self, message: HookMessage, until: datetime) -> bool:
        """Begin to send one, and let nobody else do so before an instant; False: somebody else did."""
        as_it_was = webhook_message.c.done_at.is_(None) & (webhook_message.c.retry_at == seconds(message.retry_at))
        with alone(self._engine, "webhooks") as connection:
            claimed = update(webhook_message).where(_one(message), as_it_was).values(retry_at=seconds(until))
            return connection.execute(claimed).rowcount == 1

    def tried(self, message: HookMessage, answer: str, *, retry_at: datetime | None, at: datetime) -> None:
        """Note an attempt; `retry_at` None: there is no other."""
        values = {"attempts": message.attempts + 1, "answer": answer[:200]}
        ended = {"done_at": seconds(at)} if retry_at is None else {"retry_at": seconds(retry_at)}
        with alone(self._engine, "webhooks") as connection:
            connection.execute(update(webhook_message).where(_one(message)).values(values | ended))

    def again(self, programme: str, hook: str, id_: str, at: datetime) -> bool:
        """Owe a message once more, now; False: there is none."""
        one = (webhook_message.c.programme == programme) & (webhook_message.c.webhook == hook)
        values = {"done_at": None, "retry_at": seconds(at), "attempts": 0}
        with alone(self._engine, "webhooks") as connection:
            found = connection.execute(update(webhook_message).where(one, webhook_message.c.id == id_).values(values))
            return found.rowcount == 1

    def log(self, programme: str, hook: str, most: int = 20) -> tuple[HookMessage, ...]:
        """The messages to one webhook, the newest first."""
        of = (webhook_message.c.programme == programme) & (webhook_message.c.webhook == hook)
        query = select(webhook_message).where(of).order_by(webhook_message.c.at.desc(), webhook_message.c.id)
        with self._engine.connect() as connection:
            return tuple(_message(row) for row in connection.execute(query.limit(most)).mappings())

    def took_since(self, programme: str, hook: str, at: datetime) -> bool:
        """Whether it took any message since then."""
        of = (webhook_message.c.programme == programme) & (webhook_message.c.webhook == hook)
        taken = (webhook_message.c.done_at >= seconds(at)) & webhook_message.c.answer.like("2%")
        query = select(func.count()).select_from(webhook_message).where(of, taken)
        with self._engine.connect() as connection:
            return bool(connection.execute(query).scalar())

    def tidy(self, now: datetime, kept: timedelta) -> None:
        """Forget messages that ended long ago."""
        with alone(self._engine, "webhooks") as connection:
            connection.execute(delete(webhook_message).where(webhook_message.c.done_at < seconds(now - kept)))

    def _found(self, *which: ColumnElement[bool]) -> tuple[Webhook, ...]:
        query = select(webhook).where(*which).order_by(webhook.c.created_at, webhook.c.id)
        with self._engine.connect() as connection:
            return tuple(_webhook(row) for row in connection.execute(query).mappings())

    def _update(self, programme: str, id_: str, **values: object) -> None:
        with changing(self._engine, programme) as connection:
            connection.execute(update(webhook).where(_is(programme, id_)).values(values))


def _is(programme: str, id_: str) -> ColumnElement[bool]:
    return (webhook.c.programme == programme) & (webhook.c.id == id_)


def _one(message: HookMessage) -> ColumnElement[bool]:
    table = webhook_message.c
    return (table.programme == message.programme) & (table.id == message.id) & (table.webhook == message.webhook)


def _row(programme: str, hook: str, id_: str, happening: Happening) -> dict[str, object]:
    return {
        "programme": programme,
        "id": id_,
        "webhook": hook,
        "event": str(happening.event),
        "body": happening.body(programme),
        "at": seconds(happening.at),
        "attempts": 0,
        "retry_at": 0,  # at once, whatever the clock says
        "done_at": None,
        "answer": "",
    }


def _sealed(secrets: Sequence[SealedSecret]) -> str:
    return json.dumps([[each.sealed, each.until and seconds(each.until)] for each in secrets])


def _webhook(row: RowMapping) -> Webhook:
    kept = json.loads(row["sealed_secrets"])
    secrets = tuple(SealedSecret(sealed=sealed, until=None if end is None else instant(end)) for sealed, end in kept)
    return Webhook(
        programme=row["programme"],
        id=row["id"],
        url=row["url"],
        events=frozenset(HookEvent(each) for each in json.loads(row["events"])),
        secrets=secrets,
        created_at=instant(row["created_at"]),
        disabled_at=None if row["disabled_at"] is None else instant(row["disabled_at"]),
    )


def _message(row: RowMapping) -> HookMessage:
    return HookMessage(
        programme=row["programme"],
        id=row["id"],
        webhook=row["webhook"],
        event=HookEvent(row["event"]),
        body=row["body"],
        at=instant(row["at"]),
        attempts=row["attempts"],
        retry_at=instant(row["retry_at"]),
        done_at=None if row["done_at"] is None else instant(row["done_at"]),
        answer=row["answer"],
    )
