"""What providers show of a series of ours, as its sessions."""
