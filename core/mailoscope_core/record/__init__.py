"""The append-only log of a session, its events, file format and redaction."""
