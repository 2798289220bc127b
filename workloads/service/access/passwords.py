"""Tells whose a password is, at a cost that says nothing about which names exist.

A named attempt verifies one hash, that of nobody where the name is unknown; an attempt without a name
verifies all. What was right is remembered under a keyed hash, so that later requests cost nothing; what was
wrong is not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from workloads.service.access.entries import Cost, Entry, PasswordsError, Principal, entries
from workloads.service.errors import ApiError

_THREADS: Final = 2
_WAITING: Final = 16
_REMEMBERED: Final = 1024
_REMEMBERED_SECONDS: Final = 3600.0
_LONGEST: Final = 1024

Candidates = tuple[tuple[Entry | None, str], ...]


class Passwords:
    """The passwords of a service. Nothing of them is in its representation, its errors or its logs.

    `verifications` counts the hashes that were verified. All methods are for the event loop's thread; argon2
    runs in two threads of its own.
    """

    def __init__(self, known: tuple[Entry, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._entries = known
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._remembered: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()
        made = {cost: _of_nobody(cost) for cost in {entry.cost for entry in known}}
        self._nobody = [made[entry.cost] for entry in known]
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self.verifications = 0

    @classmethod
    def parse(cls, text: str, variable: str = "SERVICE_PASSWORDS") -> Passwords:
        """From the variable's text. Raises PasswordsError."""
        return cls(entries(text, variable))

    @classmethod
    def take(
        cls, variable: str = "SERVICE_PASSWORDS", environment: MutableMapping[str, str] = os.environ
    ) -> Passwords:
        """From the environment, where the hashes stay no longer: no child inherits them.

        Raises PasswordsError, also where there is no such variable.
        """
        text = environment.pop(variable, None)
        if text is None:
            raise PasswordsError(f"{variable} is not set; `runner service hash` makes an entry for it")
        return cls.parse(text, variable)

    def fingerprint(self, name: str | None, password: str) -> bytes:
        """What an attempt is known by in this process: equal for equal attempts, and of no use elsewhere."""
        named = b"" if name is None else name.encode("utf-8", "surrogatepass")
        head = b"%d:%d:" % (name is not None, len(named))
        message = head + named + password.encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).digest()

    def remembered(self, fingerprint: bytes) -> Principal | None:
        """Whose it is, if it was right within the last hour of its use."""
        principal, until = self._remembered.pop(fingerprint, (None, 0.0))
        if principal is None or until <= self._clock():
            return None
        self._remember(fingerprint, principal)
        return principal

    @property
    def busy(self) -> bool:
        """Whether so many attempts wait for argon2 that no other is taken."""
        return self._waiting >= _WAITING

    async def authenticate(self, name: str | None, password: str) -> Principal | None:
        """Whose password it is, or None. Raises ApiError (503) when too many attempts wait."""
        principal = self.remembered(self.fingerprint(name, password))
        return principal or await asyncio.shield(self.verify(name, password))

    def verify(self, name: str | None, password: str) -> asyncio.Task[Principal | None]:
        """Begins to verify, whatever is remembered. Raises ApiError (503) when too many attempts wait."""
        if self.busy:
            raise busy()
        self._waiting += 1
        task = asyncio.get_running_loop().create_task(self._work(name, password))
        task.add_done_callback(self._ended)
        return task

    async def _work(self, name: str | None, password: str) -> Principal | None:
        candidates = self._candidates(name)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._pool, _matching, candidates, password)
        self.verifications += len(candidates)
        if found is None:
            return None
        self._remember(self.fingerprint(name, password), found.principal)
        return found.principal

    def _ended(self, task: asyncio.Task[Principal | None]) -> None:
        self._waiting -= 1

    def _candidates(self, name: str | None) -> Candidates:
        """The hashes to verify, each with whose it is. An unknown name always gets the same one of nobody."""
        if name is None:
            return tuple((entry, entry.hash) for entry in self._entries)
        for entry in self._entries:
            if hmac.compare_digest(entry.principal.name.encode(), name.encode("utf-8", "surrogatepass")):
                return ((entry, entry.hash),)
        chosen = int.from_bytes(self.fingerprint(name, "")[:8], "big") % len(self._nobody)
        return ((None, self._nobody[chosen]),)

    def _remember(self, fingerprint: bytes, principal: Principal) -> None:
        self._remembered[fingerprint] = (principal, self._clock() + _REMEMBERED_SECONDS)
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def busy() -> ApiError:
    """Too much work at the moment; the same request will do in a second."""
    return ApiError(503, "busy", "the service has too much to do; try again shortly", retry_after=1)


def _matching(candidates: Candidates, password: str) -> Entry | None:
    """Whose it is. All are verified, whichever matches."""
    tried = password.encode("utf-8", "surrogatepass")[: _LONGEST + 1]
    found = [entry for entry, hashed in candidates if _right(hashed, tried)]
    return found[0] if found else None


def _of_nobody(cost: Cost) -> str:
    hasher = PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory, parallelism=cost.lanes)
    return hasher.hash(secrets.token_bytes(32))


def _right(hashed: str, password: bytes) -> bool:
    """Whether it is that password; longer ones than there can be are verified as well, and are wrong."""
    try:
        return PasswordHasher().verify(hashed, password) and len(password) <= _LONGEST
    except VerifyMismatchError:
        return False
