"""What concerns one person: limits, what they have in common with others, invitations, feeds."""
