"""How a process keeps house with memory: nearly all that is made here stays, or goes by itself.

A programme of thousands of groups is millions of objects. Python looks for garbage through all of them again and again
while they are made, which is half of the time that this takes. And glibc gives each thread a heap of its own, none of
which ever shrinks below what its thread once needed: a service that plans grew by 200 MB in ten minutes.
"""

import ctypes
import gc

YOUNG = 100_000
"""Objects made since the last look for garbage; Python's default is 700."""
M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8  # malloc.h
HEAPS, FREE_BYTES = 2, 128 * 1024


def settle() -> None:
    """Look for garbage seldom from now on, and never in what was made so far; have few heaps (mallopt(3))."""
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc alone
    if mallopt:
        mallopt(M_ARENA_MAX, HEAPS)
        mallopt(M_TRIM_THRESHOLD, FREE_BYTES)
