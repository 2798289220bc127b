"""Plays a model on an environment; the docstring of `evaluation` says how."""

import sys
from pathlib import Path

if __name__ == "__main__":
    if not __package__:  # Started by its path: its own folder stands where the repository's root should.
        sys.path[0] = str(Path(__file__).resolve().parents[2])
    from workloads.textgames.evaluation.program import main

    sys.exit(main())
