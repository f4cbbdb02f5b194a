"""The start page: three doors."""
