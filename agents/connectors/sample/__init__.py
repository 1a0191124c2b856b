"""A sample company: two years of a small design studio, made up by code and the same each time (ADR 0077)."""
