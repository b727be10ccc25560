"""Floor 5: the library's doors. The only place where ports are built."""
