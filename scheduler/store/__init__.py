"""Where state lives: SQLAlchemy tables behind the Store port; nobody else names them."""

from scheduler.store.key import programme_key
from scheduler.store.sql import SqlStore, open_store

__all__ = ["SqlStore", "open_store", "programme_key"]
