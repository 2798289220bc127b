"""Plays episodes for requests: what generates (`engines.py`), who may (`slots.py`), how (`playing.py`)."""
