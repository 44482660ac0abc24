"""The saved-model front end: configuration in bytes to Uses; no weights, no code."""
