"""Whether the benchmarks judge rightly; nothing here measures a time."""
