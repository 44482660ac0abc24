"""The source front end: Python text to Uses, by abstract interpretation over LibCST."""
