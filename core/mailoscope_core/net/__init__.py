"""Sockets, TLS and names, driven without blocking."""
