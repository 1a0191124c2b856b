"""What survives a crash: the journal and its transitions."""
