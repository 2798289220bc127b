"""Which models are loaded, and which make room."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from workloads.service.errors import ApiError
from workloads.service.inference.model import Draw, LoadedModel, LoadError, Source
from workloads.service.inference.shelf import Shelf
from workloads.textgames.play.player import Reply, Request

A, B, C = (Source(name, Path(name)) for name in "abc")


class Model:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log
        log.append(f"+{name}")

    def ask(self, request: Request, draw: Draw) -> Future[Reply]:
        raise AssertionError("nobody asks")

    def playing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        self.log.append(f"-{self.name}")


def run(play: Callable[[Shelf, list[str]], Awaitable[None]], patience: float = 5) -> list[str]:
    """What was loaded and put away, with room for two models."""
    log: list[str] = []

    def load(source: Source) -> LoadedModel:
        if source == C:
            raise LoadError("it is broken")
        return Model(source.name, log)

    async def main() -> None:
        shelf = Shelf(load, 2, patience)
        await play(shelf, log)
        await shelf.close()

    asyncio.run(main())
    return log


async def use(shelf: Shelf, source: Source) -> None:
    async with shelf.borrow(source):
        pass


def test_a_model_is_loaded_once_and_kept() -> None:
    async def play(shelf: Shelf, log: list[str]) -> None:
        await asyncio.gather(*(use(shelf, A) for _ in range(9)))
        await use(shelf, A)
        assert shelf.state(A) == (True, "")
        assert shelf.state(B) == (False, "")

    assert run(play) == ["+a", "-a"]


def test_the_one_used_least_recently_makes_room() -> None:
    other = Source("d", Path("d"))

    async def play(shelf: Shelf, log: list[str]) -> None:
        for source in (A, B, A, other):
            await use(shelf, source)
        assert log == ["+a", "+b", "-b", "+d"]

    run(play)


def test_one_that_is_in_use_stays() -> None:
    other = Source("d", Path("d"))

    async def play(shelf: Shelf, log: list[str]) -> None:
        async with shelf.borrow(A), shelf.borrow(B):
            with pytest.raises(ApiError) as found:
                await use(shelf, other)
            assert (found.value.status, found.value.code) == (503, "busy")
        await use(shelf, other)

    assert run(play, 0.05)[:4] == ["+a", "+b", "-b", "+d"]


def test_a_load_that_fails_is_told_and_takes_no_room() -> None:
    async def play(shelf: Shelf, log: list[str]) -> None:
        for _ in range(2):
            with pytest.raises(ApiError, match="it is broken") as found:
                await use(shelf, C)
            assert (found.value.status, found.value.code) == (503, "model_unavailable")
        assert shelf.state(C) == (False, "it is broken")
        await use(shelf, A)
        await use(shelf, B)

    assert run(play)[:2] == ["+a", "+b"]


def test_a_load_that_takes_long_is_told_and_goes_on() -> None:
    let_go = threading.Event()

    async def main() -> None:
        def load(source: Source) -> LoadedModel:
            let_go.wait(20)
            return Model(source.name, [])

        shelf = Shelf(load, 2, 0.05)
        with pytest.raises(ApiError) as found:
            await use(shelf, A)
        assert (found.value.status, found.value.code) == (503, "loading")
        assert found.value.retry_after
        let_go.set()
        while not shelf.state(A)[0]:
            await asyncio.sleep(0.01)
        await use(shelf, A)
        await shelf.close()

    asyncio.run(main())


def test_a_load_that_failed_is_tried_again_later_also_when_it_is_asked_for_all_the_time() -> None:
    tries = 0

    def load(source: Source) -> LoadedModel:
        nonlocal tries
        tries += 1
        raise LoadError("it is broken")

    async def main() -> None:
        shelf = Shelf(load, 2, 5, another_try=0.05)
        for _ in range(30):
            with pytest.raises(ApiError):
                await use(shelf, A)
            await asyncio.sleep(0.01)
        await shelf.close()

    asyncio.run(main())
    assert 1 < tries < 8
