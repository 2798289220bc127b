"""A real uvicorn for an application, in a thread of this process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def served(app: Any, *, behind_proxy: bool = False, http: Any = "auto") -> Iterator[str]:
    """The address of the application while it is served on a free port.

    With `behind_proxy` the server believes `X-Forwarded-For`, so that a test can be many clients.
    """
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # Named, or asyncio leaves out TCP_NODELAY.
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            http=http,
            log_config=None,
            log_level="debug",
            access_log=False,
            proxy_headers=behind_proxy,
            server_header=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
