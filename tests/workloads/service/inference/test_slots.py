"""Places for episodes, given out in turn."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workloads.service.errors import ApiError
from workloads.service.inference.slots import Slots


def run(play: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await play()

    asyncio.run(main())


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_place_that_becomes_free_goes_round_the_requests() -> None:
    served: list[str] = []

    async def play() -> None:
        slots = Slots(1)
        await slots.take("first", None)

        async def wait(request: str) -> None:
            await slots.take(request, None)
            served.append(request)

        waiting = [asyncio.create_task(wait(request)) for request in ("many", "many", "many", "one")]
        for _ in waiting:
            await settled()
            slots.give_back()
        await asyncio.gather(*waiting)

    run(play)
    assert served == ["many", "one", "many", "many"]


def test_who_finds_none_in_time_is_refused_and_leaves_no_trace() -> None:
    async def play() -> None:
        slots = Slots(1)
        await slots.take("first", None)
        with pytest.raises(ApiError) as found:
            await slots.take("second", 0.01)
        assert (found.value.status, found.value.code) == (503, "busy")
        slots.give_back()
        assert slots.taken == 0
        await slots.take("third", 0.01)

    run(play)


@given(
    some.lists(some.tuples(some.sampled_from(["take", "give", "cancel"]), some.integers(0, 3)), max_size=40)
)
def test_never_more_than_there_are_and_none_is_lost(steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        slots = Slots(2)
        tasks: list[asyncio.Task[None]] = []
        for step, which in steps:
            if step == "take":
                tasks.append(asyncio.create_task(slots.take(which, None)))
            elif step == "give" and slots.taken:
                slots.give_back()
            elif step == "cancel" and tasks:
                task = tasks[which % len(tasks)]
                if task.cancel() and which % 2:
                    await settled()
            assert 0 <= slots.taken <= 2
        await settled()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while slots.taken:
            slots.give_back()
        await slots.take("last", 0.01)
        await slots.take("last", 0.01)

    run(play)
