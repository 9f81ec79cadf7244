"""`python -m scheduler.cli` is `rondo`."""

from scheduler.cli import main

main()
