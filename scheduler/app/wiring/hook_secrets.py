"""The secrets of webhooks, sealed: as what, and sealed anew with another key."""

from dataclasses import replace

from scheduler.store import SqlWebhooks
from scheduler.vault import About, Vault


def about_secret(programme: str) -> About:
    """As what the secrets of a programme's webhooks are sealed."""
    return (programme, "webhook", "secret")


def reseal_webhooks(store: SqlWebhooks, vault: Vault) -> int:
    """Encrypt all secrets of webhooks with a vault's newest key; says how many."""
    count = 0
    for held in store.all():
        about = about_secret(held.programme)
        sealed = [replace(each, sealed=vault.seal(vault.open(each.sealed, about), about)) for each in held.secrets]
        store.reseal(held, sealed)
        count += len(sealed)
    return count
