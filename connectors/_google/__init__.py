"""Google Calendar (API v3): signing in, calls, reading, and writing series."""
