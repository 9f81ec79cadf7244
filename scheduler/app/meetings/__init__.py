"""What stands, as it is looked at: a programme's lists, its week, and each person's own meetings."""
