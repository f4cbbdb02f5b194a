"""The PySide6 window of Mailoscope."""
