"""Who comes in, as whom, and how they want to read: sessions, sign-in, tokens."""
