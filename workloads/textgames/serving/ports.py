"""Ports of this machine."""

from __future__ import annotations

import socket

from workloads.textgames.serving.command import HOST


def free_port() -> int:
    """A port that is free now; somebody may take it before it is used."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether something has the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return True
    return False
