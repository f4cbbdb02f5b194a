"""Benchmarks, run by `make bench`; no tests."""
