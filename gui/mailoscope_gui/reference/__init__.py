"""Explaining pasted errors, looking up and comparing reply codes."""
