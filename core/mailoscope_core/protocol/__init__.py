"""The sans-IO SMTP protocol: commands, replies, capabilities, SASL and the machine."""
