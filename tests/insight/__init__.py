"""What is measured, and that it is right."""
