"""A programme with its ports filled in: files, database, accounts, connectors. Everything else of app stands on it."""
