"""Floor 4: carries decisions out. The only event loop, no decisions of its own."""
