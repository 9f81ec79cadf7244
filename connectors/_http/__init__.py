"""Calls to other people's servers: patience with busy ones, a pace that they allow, and the one guard of addresses."""

import logging

# httpx logs every address it calls, and httpcore every header that comes; both hold what opens somebody's calendar
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)
