"""`kind: Sweep`: the points of a sweep of W&B, each tried exactly once."""

from runner.kinds.sweep.kind import Sweep

__all__ = ["Sweep"]
