"""Tests of the core library, one file or more per module."""
