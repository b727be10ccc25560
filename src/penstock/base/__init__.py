"""Floor 0: what everything may use. No I/O, no clock of its own."""
