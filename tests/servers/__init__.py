"""Real servers on loopback for the tests, and the tests of these servers."""
