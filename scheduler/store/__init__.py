"""Where state lives: SQLAlchemy tables behind the Store port; nobody else names them."""

from sqlalchemy import Engine as SqlEngine

from scheduler.store.access import SqlAccess
from scheduler.store.accounts import SqlAccounts, open_accounts
from scheduler.store.answers import SqlAnswers
from scheduler.store.backup import backup, copy_database, restore, take_in
from scheduler.store.choices import SqlChoices
from scheduler.store.database import empty_log, open_database, open_state
from scheduler.store.executors import SqlExecutors
from scheduler.store.feeds import SqlFeeds
from scheduler.store.files import only_one, programme_key
from scheduler.store.idempotency import Answered, SqlIdempotency
from scheduler.store.jobs import SqlJobs
from scheduler.store.locks import writing
from scheduler.store.marks import Mark, SqlMarks
from scheduler.store.programmes import Held, SqlProgrammes
from scheduler.store.readers import SqlReaders
from scheduler.store.sign_ins import KeptTrip, SqlSignIns
from scheduler.store.sql import SqlStore, open_store
from scheduler.store.stamps import SqlStamps, Stamps
from scheduler.store.subscriptions import SqlSubscriptions
from scheduler.store.tokens import SqlTokens
from scheduler.store.unchanged import Unchanged
from scheduler.store.uploads import SqlUploads
from scheduler.store.webhooks import SqlWebhooks

__all__ = [
    "Answered",
    "Held",
    "KeptTrip",
    "Mark",
    "SqlAccess",
    "SqlAccounts",
    "SqlAnswers",
    "SqlChoices",
    "SqlEngine",
    "SqlExecutors",
    "SqlFeeds",
    "SqlIdempotency",
    "SqlJobs",
    "SqlMarks",
    "SqlProgrammes",
    "SqlReaders",
    "SqlSignIns",
    "SqlStamps",
    "SqlStore",
    "SqlSubscriptions",
    "SqlTokens",
    "SqlUploads",
    "SqlWebhooks",
    "Stamps",
    "Unchanged",
    "backup",
    "copy_database",
    "empty_log",
    "only_one",
    "open_accounts",
    "open_database",
    "open_state",
    "open_store",
    "programme_key",
    "restore",
    "take_in",
    "writing",
]
