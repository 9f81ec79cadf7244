"""Where state lives: SQLAlchemy tables behind the Store port; nobody else names them."""

from scheduler.store.files import only_one, programme_key
from scheduler.store.sql import SqlStore, open_store

__all__ = ["SqlStore", "only_one", "open_store", "programme_key"]
