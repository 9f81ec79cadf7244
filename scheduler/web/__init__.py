"""The service's doors to the web: health, and what providers tell. Only this package names FastAPI and uvicorn."""

from scheduler.web.application import application
from scheduler.web.server import address, listen, serving
from scheduler.web.site import add_site
from scheduler.web.watched import Watched

__all__ = ["Watched", "add_site", "address", "application", "listen", "serving"]
