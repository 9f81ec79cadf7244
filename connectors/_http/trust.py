"""Whose certificates are believed."""

import ssl
from functools import cache

import httpx


@cache
def certificates() -> ssl.SSLContext:
    """The authorities that httpx believes; read once for all clients, since to read them takes longer than a call."""
    return httpx.create_ssl_context()
