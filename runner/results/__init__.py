"""Results: what a run found, how sure it is, and the files that a reviewer reads."""
