"""What the calls of the frameworks do to values: one file a concept, chosen by catalog row."""
