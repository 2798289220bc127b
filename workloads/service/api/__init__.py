"""The HTTP interface: what may be asked (`requests.py`), what is answered (`answers.py`), and the routes."""
