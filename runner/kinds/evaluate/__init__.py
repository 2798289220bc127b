"""`kind: Evaluate`: a language model in an environment."""

from runner.kinds.evaluate.kind import Evaluate

__all__ = ["Evaluate"]
