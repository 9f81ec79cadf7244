"""The addresses of pages by the names of their routes: a list of a hundred rows asks for several hundred of them.

Starlette looks for a route among all there are, each time; here each is looked for once.
"""

import re

from fastapi import FastAPI

PLAIN = re.compile(r"[^/{}]+")


class Addresses:
    """Those of one application, from any thread."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._known: dict[tuple[str, ...], str] = {}

    def path(self, name: str, **parts: str) -> str:
        """The path of a route. Raises NoMatchFound where there is none of this name and these parts."""
        if not all(map(PLAIN.fullmatch, parts.values())):
            return str(self._app.url_path_for(name, **parts))
        key = (name, *parts)
        form = self._known.get(key)
        if form is None:
            form = self._known[key] = str(self._app.url_path_for(name, **{part: f"{{{part}}}" for part in parts}))
        return form.format_map(parts)
