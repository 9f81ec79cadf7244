"""What programs have in the database: tokens, requests that are done once, webhooks and their messages."""

from dataclasses import replace
from datetime import timedelta

from scheduler.core.decision import Action, Decision, State
from scheduler.core.token import ApiToken, Scope
from scheduler.core.webhook import Happening, HookEvent, SealedSecret, Webhook
from scheduler.store import Answered, SqlEngine, SqlIdempotency, SqlStore, SqlTokens, SqlWebhooks
from tests.store.samples import NOW

TOKEN = ApiToken(programme="circles", id="1", name="Report", scopes=frozenset({Scope.READ, Scope.PLAN}), created_at=NOW)
DAY = timedelta(days=1)
HOOK = Webhook(
    programme="circles",
    id="h",
    url="https://example.org",
    events=frozenset({HookEvent.MEETING_MOVED, HookEvent.CONFLICT_UNRESOLVED}),
    secrets=(SealedSecret(sealed="new"), SealedSecret(sealed="old", until=NOW + DAY)),
    created_at=NOW,
)
MOVED = Decision(id="d", at=NOW, action=Action.MOVE, state=State.PROPOSED, group="pair", session=2)


def test_a_token_is_found_by_its_hash_until_it_is_revoked(engine: SqlEngine) -> None:
    """And listed in its programme alone."""
    tokens = SqlTokens(engine)
    tokens.keep(TOKEN, "hash")
    assert tokens.by_hash("hash") == TOKEN
    assert tokens.by_hash("other") is None
    tokens.used(TOKEN, NOW)
    assert tokens.of("circles") == (replace(TOKEN, used_at=NOW),)
    assert tokens.of("pairs") == ()
    tokens.revoke("pairs", "1", NOW)
    assert tokens.of("circles")
    tokens.revoke("circles", "1", NOW)
    assert tokens.of("circles") == ()
    found = tokens.by_hash("hash")
    assert found is not None
    assert not found.is_open(NOW)


def test_a_request_is_begun_once(engine: SqlEngine) -> None:
    """Then it is told what became of it, until that is forgotten."""
    store, done = SqlIdempotency(engine), Answered(request="r", status=201, headers={"etag": '"1"'}, body="{}")
    assert store.begin("circles", "key", "r", NOW, kept=DAY) is None
    begun = store.begin("circles", "key", "r", NOW, kept=DAY)
    assert begun == Answered(request="r", status=None, headers={}, body="")
    assert store.begin("pairs", "key", "r", NOW, kept=DAY) is None
    store.end("circles", "key", done)
    assert store.begin("circles", "key", "r", NOW + DAY, kept=DAY) == done
    assert store.begin("circles", "key", "r", NOW + 2 * DAY, kept=DAY) is None
    store.forget("circles", "key")
    assert store.begin("circles", "key", "r", NOW + 2 * DAY, kept=DAY) is None


def test_a_decision_owes_its_message_in_the_same_transaction(engine: SqlEngine) -> None:
    """Once for what it is, and once for what becomes of it; to those who want it, in its programme."""
    hooks, store = SqlWebhooks(engine), SqlStore(engine, "circles")
    store.note([MOVED])
    for hook in (HOOK, replace(HOOK, id="all", events=frozenset()), replace(HOOK, programme="pairs")):
        hooks.add(hook)
    other = replace(MOVED, id="e")
    for _ in range(2):
        store.note([other])
    store.settle("e", State.ACCEPTED)
    due = hooks.due(NOW)
    assert sorted((each.webhook, each.event) for each in due) == [
        ("all", HookEvent.CONFLICT_UNRESOLVED),
        ("all", HookEvent.MEETING_MOVED),
        ("h", HookEvent.CONFLICT_UNRESOLVED),
        ("h", HookEvent.MEETING_MOVED),
    ]
    assert hooks.get("circles", "h") == HOOK


def test_of_two_who_would_send_a_message_one_does(engine: SqlEngine) -> None:
    """And it waits for its next attempt, until it is taken."""
    hooks = SqlWebhooks(engine)
    hooks.add(HOOK)
    hooks.owe(HOOK, Happening(event=HookEvent.TEST, key="1", at=NOW))
    [message] = hooks.due(NOW)
    assert [hooks.claim(message, NOW + DAY) for _ in range(2)] == [True, False]
    assert hooks.due(NOW) == ()
    hooks.tried(message, "500", retry_at=NOW + DAY, at=NOW)
    assert not hooks.took_since("circles", "h", NOW)
    [again] = hooks.due(NOW + DAY)
    assert (again.attempts, again.answer, again.delivered) == (1, "500", False)
    hooks.tried(again, "204", retry_at=None, at=NOW + DAY)
    assert hooks.took_since("circles", "h", NOW)
    assert hooks.log("circles", "h")[0].delivered
    assert hooks.again("circles", "h", message.id, NOW + DAY)
    assert hooks.due(NOW + DAY)


def test_what_is_disabled_or_removed_is_not_told(engine: SqlEngine) -> None:
    """And what was told long ago is forgotten."""
    hooks, store = SqlWebhooks(engine), SqlStore(engine, "circles")
    hooks.add(HOOK)
    hooks.enable("circles", "h", NOW)
    store.note([MOVED])
    assert hooks.log("circles", "h") == ()
    hooks.enable("circles", "h", None)
    hooks.owe(HOOK, Happening(event=HookEvent.TEST, key="1", at=NOW))
    [message] = hooks.due(NOW)
    hooks.tried(message, "204", retry_at=None, at=NOW)
    hooks.tidy(NOW + DAY, 2 * DAY)
    assert hooks.log("circles", "h")
    hooks.tidy(NOW + 3 * DAY, 2 * DAY)
    assert hooks.log("circles", "h") == ()
    hooks.remove("circles", "h")
    assert hooks.of("circles") == ()
