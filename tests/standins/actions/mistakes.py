"""What is wrong with a workflow, and what these tests cannot show of it."""

from __future__ import annotations


class Mistake(Exception):
    """GitHub would refuse this workflow or this event, or would not do what the file seems to say."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place


class Unsupported(Exception):
    """GitHub does this, `act` and this harness do not: better to stop than to show something else."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
