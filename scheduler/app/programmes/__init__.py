"""Making programmes, and changing what they are made of: settings, people, groups."""
