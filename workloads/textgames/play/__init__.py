"""Episodes: what a player is shown (`histories.py`), who answers (`player.py`), the loop (`episodes.py`)."""
