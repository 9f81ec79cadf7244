"""Name and password as HTTP wants them: Basic (RFC 7617), and Digest (RFC 7616) for servers that know nothing else."""

from collections.abc import Generator

import httpx


class Login(httpx.Auth):
    """Sends Basic at once, which saves a round; once a server asks for Digest alone, that."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user.encode(), password.encode())
        self._digest = httpx.DigestAuth(user.encode(), password.encode())
        self._wants_digest = False

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """One request, and another where the first was asked for a digest."""
        if not self._wants_digest:
            answer = yield next(self._basic.auth_flow(request))
            schemes = {each.strip().split(" ")[0].lower() for each in answer.headers.get_list("www-authenticate")}
            self._wants_digest = answer.status_code == 401 and schemes == {"digest"}
            if not self._wants_digest:
                return
            del request.headers["Authorization"]
        yield from self._digest.auth_flow(request)
