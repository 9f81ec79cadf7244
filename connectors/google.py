"""Google Calendar: signing in, reading free/busy and changes, and writing series with rooms at Google Meet.

Scopes are asked for by the step that needs them: READING to be planned for, WRITING to organise.
"""

from connectors._google.account import grant_of, listed, revoke
from connectors._google.push import GooglePusher, told
from connectors._google.reader import GoogleReader
from connectors._google.session import LIST, READ, WRITE, GoogleSession
from connectors._google.sign_in import sign_in
from connectors._google.web import WebApp
from connectors._google.writer import GoogleWriter

IDENTITY = ("openid", "https://www.googleapis.com/auth/userinfo.email")
"""Whose account it is: by issuer and subject, which no other account ever gets."""
READING = (*IDENTITY, *READ, *LIST)
WRITING = (*READING, *WRITE)

__all__ = [
    "IDENTITY",
    "LIST",
    "READ",
    "READING",
    "WRITE",
    "WRITING",
    "GooglePusher",
    "GoogleReader",
    "GoogleSession",
    "GoogleWriter",
    "WebApp",
    "grant_of",
    "listed",
    "revoke",
    "sign_in",
    "told",
]
