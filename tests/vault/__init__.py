"""Notes, tables, neutralising, files and history."""
