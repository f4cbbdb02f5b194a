"""One exporter a file."""
