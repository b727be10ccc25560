"""Floor 2: what is known of GitHub: its limits, its requests, its answers. No I/O."""
