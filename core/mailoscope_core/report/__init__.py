"""Views of a log and their exporters."""
