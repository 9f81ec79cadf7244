"""What opens an account, before it is kept anywhere."""


class Held:
    """A secret in memory (ports.Secret); `text` is what was kept last."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self) -> str:
        """The text."""
        return self.text

    def keep(self, text: str) -> None:
        """Another in its place."""
        self.text = text
