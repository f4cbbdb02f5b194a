"""The parts of the main window, one module each."""
