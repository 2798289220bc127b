"""Batches: who is generated together, and in what order."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack

import pytest

from workloads.service.inference.batching import Batcher
from workloads.service.inference.model import Draw
from workloads.textgames.play.player import PlayerError, Reply, Request
from workloads.textgames.settings import Sampling

COLD, WARM = Draw(Sampling(temperature=0), None), Draw(Sampling(temperature=1), None)
LIMIT = 20


class Generator:
    """Waits until it is let go, and writes down what it was asked."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)

    def __call__(self, draw: Draw, requests: Sequence[Request]) -> list[Reply]:
        self.batches.append([request.seed for request in requests])
        self.begun.release()
        assert self.let_go.acquire(timeout=LIMIT)
        if any(request.seed < 0 for request in requests):
            raise PlayerError("no")
        return [Reply(f"{request.seed} at {draw.sampling.temperature:g}", 1) for request in requests]


@pytest.fixture
def generator() -> Generator:
    return Generator()


@pytest.fixture
def batcher(generator: Generator) -> Iterator[Batcher]:
    made = Batcher(generator, 3)
    yield made
    generator.let_go.release(100)
    made.close()


def ask(batcher: Batcher, seed: int, draw: Draw = WARM) -> Future[Reply]:
    return batcher.ask(Request([], [], seed), draw)


def under_way(batcher: Batcher, generator: Generator) -> Future[Reply]:
    """A batch that is being generated, so that what comes now waits."""
    first = ask(batcher, 0)
    assert generator.begun.acquire(timeout=LIMIT)
    return first


def test_what_waits_is_generated_together_up_to_the_size(batcher: Batcher, generator: Generator) -> None:
    first = under_way(batcher, generator)
    later = [ask(batcher, seed) for seed in (1, 2, 3, 4)]
    generator.let_go.release(9)
    assert [reply.result(LIMIT).text for reply in [first, *later]] == [f"{seed} at 1" for seed in range(5)]
    assert generator.batches == [[0], [1, 2, 3], [4]]


def test_only_what_is_drawn_alike_is_generated_together(batcher: Batcher, generator: Generator) -> None:
    under_way(batcher, generator)
    replies = [ask(batcher, seed, draw) for seed, draw in ((1, COLD), (2, WARM), (3, COLD), (4, WARM))]
    generator.let_go.release(9)
    assert [reply.result(LIMIT).text for reply in replies] == ["1 at 0", "2 at 1", "3 at 0", "4 at 1"]
    assert generator.batches == [[0], [1, 3], [2, 4]]


def test_a_turn_that_nobody_wants_any_more_leaves_the_queue(batcher: Batcher, generator: Generator) -> None:
    under_way(batcher, generator)
    kept, dropped = ask(batcher, 1), ask(batcher, 2)
    assert dropped.cancel()
    generator.let_go.release(9)
    kept.result(LIMIT)
    assert generator.batches == [[0], [1]]


def test_a_batch_that_fails_fails_for_those_who_asked_only(batcher: Batcher, generator: Generator) -> None:
    first = under_way(batcher, generator)
    bad = [ask(batcher, seed) for seed in (-1, 1)]
    good = ask(batcher, 2, COLD)
    generator.let_go.release(9)
    assert first.result(LIMIT)
    for reply in bad:
        with pytest.raises(PlayerError):
            reply.result(LIMIT)
    assert good.result(LIMIT).text == "2 at 0"


def test_the_turns_of_all_episodes_that_are_played_are_waited_for(
    batcher: Batcher, generator: Generator
) -> None:
    generator.let_go.release(99)
    with ExitStack() as episodes:
        for _ in range(2):
            episodes.enter_context(batcher.playing())
        replies = [ask(batcher, 1), ask(batcher, 2)]
        assert all(reply.result(LIMIT) for reply in replies)
    assert generator.batches == [[1, 2]]


def test_what_waits_at_the_end_fails(batcher: Batcher, generator: Generator) -> None:
    first = under_way(batcher, generator)
    waiting = ask(batcher, 1)
    threading.Timer(0.05, generator.let_go.release).start()
    batcher.close()
    assert first.result(LIMIT)
    for reply in (waiting, ask(batcher, 2)):
        with pytest.raises(PlayerError, match="put away"):
            reply.result(LIMIT)
