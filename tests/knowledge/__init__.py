"""Tests of the knowledge data."""
