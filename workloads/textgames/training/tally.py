"""What a rollout counted since somebody last asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Episodes, replies and tokens that were played, and the seconds that it took.

    `truncated` episodes ended because their context was full.
    """

    episodes: int = 0
    successes: int = 0
    truncated: int = 0
    turns: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def take(self) -> dict[str, float]:
        """The rates that a row of progress shows; counts from zero again. Empty if nothing was played."""
        if not self.episodes:
            return {}
        row = {
            "success_rate": self.successes / self.episodes,
            "turns": self.turns / self.episodes,
            "truncated": self.truncated / self.episodes,
            "tokens_per_second": self.tokens / max(self.seconds, 1e-9),
        }
        self.__init__()  # type: ignore[misc]
        return row
