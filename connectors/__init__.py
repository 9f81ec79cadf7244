"""Calendars and services outside, one module each; they know the core's values and ports, and nothing else of Rondo."""
