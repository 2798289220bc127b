"""A parameter that changes over the run along a straight line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """A value at the start of training and one at its end; equal for a constant."""

    start: float
    end: float

    def at(self, done: float) -> float:
        """Return the value when the share `done` of training (0 to 1) is behind; clamped outside."""
        share = min(max(done, 0.0), 1.0)
        return (1.0 - share) * self.start + share * self.end


def constant(value: float) -> Schedule:
    """Return a schedule that stays at one value."""
    return Schedule(value, value)
