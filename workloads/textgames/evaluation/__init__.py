"""Models on the same seeds of an environment: rates and means, pairs, examples, transcripts."""
