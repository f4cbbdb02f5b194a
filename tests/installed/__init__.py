"""The installed package used as a person would: `make test-package`."""
