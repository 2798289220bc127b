"""`kind: GRPO`: reinforcement learning of a language model, and what came of it."""

from runner.kinds.grpo.kind import Grpo

__all__ = ["Grpo"]
