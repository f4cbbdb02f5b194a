"""Read-only Qt models over the folds of a session's log."""
