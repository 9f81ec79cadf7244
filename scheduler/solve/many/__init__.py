"""The way for many series that share people: best rules together, moves, betterment, fairness, and repair."""
