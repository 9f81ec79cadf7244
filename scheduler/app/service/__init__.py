"""What runs unattended: every programme of a data directory, kept up, written and told."""
