"""Calendars at addresses: what was seen of them, and whether an answer is a calendar."""
