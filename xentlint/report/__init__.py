"""Findings and uses as text and data: one file a format."""
