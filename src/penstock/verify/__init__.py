"""Floor 5: seeded worlds that try to break every promise, and the judges that watch."""
