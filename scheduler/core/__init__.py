"""Pure values and functions: no clock, file, log, network, database or solver."""
