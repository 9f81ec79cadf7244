"""The pages, a module each: who may see it, what it shows, and what its forms do."""

from scheduler.web.pages import coming_in, feeds, front, home, reading

PAGES = (
    front.router,
    coming_in.router,
    home.router,
    reading.router,
    feeds.router,
)
