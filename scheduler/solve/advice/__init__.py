"""What else a programme could do, each proposal planned for real."""
