"""A container's process, and what it prints: by line, at once."""

from __future__ import annotations

import array
import asyncio
import fcntl
import termios
from collections.abc import Callable
from typing import TypeAlias, cast

from modal_proto import api_pb2 as pb

LONGEST_LINE = 64 * 1024
SOURCES = {1: pb.FILE_DESCRIPTOR_STDOUT, 2: pb.FILE_DESCRIPTOR_STDERR}
ROUNDS = 100

Tell: TypeAlias = "Callable[[bytes, pb.FileDescriptor.ValueType], None]"


class Printing(asyncio.SubprocessProtocol):
    """Tells every line of a process; a line without end in pieces."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._rests = {1: b"", 2: b""}
        self.ended = asyncio.Event()
        """When the process is gone and all that it printed is told."""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *lines, rest = (self._rests[fd] + data).split(b"\n")
        for line in lines:
            self._tell(line + b"\n", SOURCES[fd])
        if len(rest) >= LONGEST_LINE:
            self._tell(rest, SOURCES[fd])
            rest = b""
        self._rests[fd] = rest

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if self._rests.get(fd):
            self._tell(self._rests[fd], SOURCES[fd])

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()


class Process:
    """A running process on a leash, see root.py."""

    def __init__(self, transport: asyncio.SubprocessTransport, printing: Printing) -> None:
        self._transport = transport
        self._printing = printing
        self._leash = cast(asyncio.WriteTransport, transport.get_pipe_transport(0))
        self.pid = transport.get_pid()

    @classmethod
    async def start(cls, command: list[str], environment: dict[str, str], tell: Tell) -> Process:
        """Start a command; it lives as long as its standard input is open."""
        transport, printing = await asyncio.get_running_loop().subprocess_exec(
            lambda: Printing(tell), *command, env=environment, start_new_session=True
        )
        return cls(transport, printing)

    def interrupt(self) -> None:
        """Send SIGINT to the program in the container."""
        self._leash.write(b"i")

    def kill(self) -> None:
        """End it with all that it has started."""
        self._leash.close()

    async def wait(self) -> int:
        """Its exit code, once it is gone and all that it printed is told."""
        await self._printing.ended.wait()
        code = self._transport.get_returncode()
        assert code is not None
        return code

    async def all_told(self) -> None:
        """Let everything that it has printed until now be told."""
        for _ in range(ROUNDS):
            if not any(self._unread(descriptor) for descriptor in (1, 2)):
                return
            await asyncio.sleep(0)

    def _unread(self, descriptor: int) -> int:
        pipe = self._transport.get_pipe_transport(descriptor)
        if pipe is None or pipe.is_closing():
            return 0
        unread = array.array("i", [0])
        fcntl.ioctl(pipe.get_extra_info("pipe"), termios.FIONREAD, unread)
        return unread[0]
