"""Whether the mail server answers, and lets us sign in."""

from connectors._http.retry import patiently
from connectors._mail.server import MailServer, connected


def greet(server: MailServer) -> None:
    """Connect and sign in, and send nothing. Raises Unavailable, InputError, CredentialsRejected."""

    def once() -> None:
        with connected(server) as smtp:
            smtp.noop()

    patiently(once, tries=1)
