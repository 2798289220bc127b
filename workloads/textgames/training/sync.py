"""What a synchronisation of weights can come to: an error with its reason."""

from __future__ import annotations


class SyncError(Exception):
    """What generates does not hold the trainer's weights, or does not take them: one sentence."""
