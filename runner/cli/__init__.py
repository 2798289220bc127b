"""The command line: one file per command, each a thin function that calls the pipeline."""
