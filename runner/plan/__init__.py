"""Plans: pure data that says what will run, on what, and what it may cost."""
