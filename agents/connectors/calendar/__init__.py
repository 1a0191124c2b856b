"""Calendar: reading what is planned, and putting one sealed event into it."""
