"""Composing, inspecting and spooling the message to send."""
