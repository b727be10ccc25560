"""Floor 1: frozen records that every other floor speaks in."""
