"""Calls of functions: the single-turn questions of the Berkeley Function Calling Leaderboard, version 4.

Its data are read (`data.py`, `rows.py`), its functions offered (`tools.py`), and the calls in a reply
(`calls.py`) held against its answers (`checker.py`). Patil et al. 2025, "The Berkeley Function Calling
Leaderboard (BFCL): From Tool Use to Agentic Evaluation of Large Language Models", ICML; Apache-2.0.
"""
