"""Bank statements: what the owner's bank exports, read, and matched with what the books expect."""
