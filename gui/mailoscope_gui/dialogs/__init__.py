"""Dialogs of the window; each gives back a value and changes nothing by itself."""
