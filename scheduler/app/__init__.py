"""The composition root: here ports are filled in, and nobody else names connectors.

In two parts, so that what reads files alone need not wait for solver and database to be loaded.
"""
