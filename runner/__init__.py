"""Commit a job manifest, push, and review a pull request with trained weights."""

__version__ = "0.1.0"
