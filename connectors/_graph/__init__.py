"""Outlook calendars on Microsoft Graph: tokens, calls within its limits, reading, and series written as it has them."""
