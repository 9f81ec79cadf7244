"""`python -m scheduler.cli` is `rondo`."""

from scheduler.cli import main

if __name__ == "__main__":  # a process that plans apart loads this too
    main()
