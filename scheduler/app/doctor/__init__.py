"""Whether everything works that can be tried."""
