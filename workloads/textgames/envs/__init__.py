"""The environments, behind the protocol of `base.py`, by their names in `registry.py`."""
