"""Mail: reading messages, and sending one sealed message."""
