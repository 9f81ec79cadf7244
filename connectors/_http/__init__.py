"""Calls to other people's servers: patience with busy ones, a pace that they allow, and the one guard of addresses."""
