"""Which runs exist, who started them and what they lock: one branch of the repository."""

from __future__ import annotations

from runner.ledger.entry import Entry
from runner.ledger.ledger import Ledger
from runner.ledger.presence import in_use

__all__ = ["Entry", "Ledger", "in_use"]
