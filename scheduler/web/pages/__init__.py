"""The pages, a module each: who may see it, what it shows, and what its forms do."""

from scheduler.web.pages import (
    changes,
    coming_in,
    feeds,
    front,
    home,
    importing,
    log,
    meetings,
    pair,
    planning,
    reading,
    settings,
    why,
)

PAGES = (
    front.router,
    pair.router,
    why.router,
    coming_in.router,
    home.router,
    reading.router,
    feeds.router,
    meetings.router,
    planning.router,
    changes.router,
    importing.router,
    log.router,
    settings.router,
)
