"""`kind: Tune`: weights tuned in parallel variants, then validated in a round robin."""

from runner.kinds.tune.kind import Tune

__all__ = ["Tune"]
