"""What the documents of providers leave open, asked of a live test account; it is left as it was."""
