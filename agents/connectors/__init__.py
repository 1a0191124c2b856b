"""One folder per service: actions, and a way to find them again."""
