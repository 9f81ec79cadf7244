"""How many sessions can happen at most, whatever the plan."""
