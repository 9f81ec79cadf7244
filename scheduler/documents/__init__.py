"""What the command line and the API say in JSON, in the same words.

Instants are RFC 3339 in UTC, and beside them the local time and its zone. Sessions are counted from 1 in decisions, as
people count, and from 0 in plans and changes, as the solver's formats do.
"""
