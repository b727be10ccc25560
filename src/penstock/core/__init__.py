"""Floor 2: decisions. Pure: time and randomness are arguments, nothing is read or sent."""
