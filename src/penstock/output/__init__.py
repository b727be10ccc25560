"""Floor 6: screens. Plans, results, audits and errors as lines of text and as JSON documents."""
