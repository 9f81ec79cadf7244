"""Calendars on CalDAV servers: the calls, finding calendars, reading free/busy, and writing one series as one file."""
