"""Whom to tell of what: notices and the digest for people, webhooks for programs."""
