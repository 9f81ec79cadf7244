"""How often a process looks for garbage: seldom, for nearly all that is made here stays, or goes by itself.

A programme of thousands of groups is millions of objects. Python looks through all of them again and again while they
are made, which is half of the time that this takes.
"""

import gc

YOUNG = 100_000
"""Objects made since the last look; Python's default is 700."""


def seldom() -> None:
    """From now on; what was made so far is never looked at again."""
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()
