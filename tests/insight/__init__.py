"""What is measured, drawn and told of a company, and that it is right."""
