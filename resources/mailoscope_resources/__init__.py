"""Data of Mailoscope: knowledge, presets, languages, fonts, templates, lab scenarios, help."""
