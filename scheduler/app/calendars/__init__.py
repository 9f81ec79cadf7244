"""Calendars that people connect: at providers or by address, on pages and from the command line."""
