"""Floor 3: files, sockets, processes and the clock of the real world."""
