"""Changes that threads want at the same time, made in one commit: a push is what takes long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock

from msgspec import Struct

from runner.ledger.contents import by_run
from runner.ledger.entry import Entry
from runner.wording import printable

Change = Callable[[Mapping[str, Entry]], Iterable[Entry]]


class Wish(Struct):
    """One change, and what came of it: `error` where it refused, `entries` as they stand afterwards."""

    change: Change
    message: str
    writes: bool = False
    error: Exception | None = None
    entries: dict[str, Entry] | None = None

    @property
    def done(self) -> bool:
        """Whether anything came of it."""
        return self.error is not None or self.entries is not None


class Gathering:
    """Whoever comes while another one writes waits, and is written with all who wait."""

    def __init__(self, write: Callable[[Sequence[Wish]], dict[str, Entry]]) -> None:
        """`write` sees to several changes at once, and says how all entries stand afterwards."""
        self._write = write
        self._waiting: SimpleQueue[Wish] = SimpleQueue()
        self._turn = Lock()

    def fulfil(self, change: Change, message: str) -> dict[str, Entry]:
        """What the entries are once `change` is written. Raises what it, or the writing, raises."""
        wish = Wish(change, printable(message))
        self._waiting.put(wish)
        with self._turn:
            if not wish.done:
                self._write_waiting()
        if wish.error is not None:
            raise wish.error
        return wish.entries or {}

    def _write_waiting(self) -> None:
        wishes: list[Wish] = []
        with suppress(Empty):
            while True:
                wishes.append(self._waiting.get_nowait())
        try:
            entries = self._write(wishes)
        except Exception as error:
            for wish in wishes:
                wish.error = wish.error or error
        except BaseException:  # this thread is told to end: the others go on without it
            for wish in wishes:
                self._waiting.put(wish)
            raise
        else:
            for wish in wishes:
                wish.entries = entries


def together(standing: Mapping[str, Entry], wishes: Iterable[Wish]) -> dict[str, Entry]:
    """What the changes come to, one after the other, less what stands there already.

    One that refuses does not keep the others from it.
    """
    entries, written = dict(standing), dict[str, Entry]()
    for wish in wishes:
        wish.error = None
        try:
            new = {entry.run: entry for entry in wish.change(entries) if entries.get(entry.run) != entry}
        except Exception as error:
            wish.error = error
            continue
        wish.writes = bool(new)
        if new:
            written |= new
            entries = by_run((entries | new).values())
    return written


def message_of(wishes: Iterable[Wish]) -> str:
    """The message of a commit that fulfils them."""
    messages = [wish.message for wish in wishes if wish.writes]
    if len(messages) == 1:
        return messages[0]
    return f"{messages[0]}, and {len(messages) - 1} more\n\n" + "\n".join(messages)
