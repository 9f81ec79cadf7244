"""Two people who find their time by themselves."""
