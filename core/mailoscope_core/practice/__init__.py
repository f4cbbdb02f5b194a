"""The lab server: a scripted SMTP server on loopback that can misbehave to the byte."""
