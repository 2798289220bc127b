"""An episode in play as the trainer needs it: beside what is said, the tokens of it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from workloads.textgames.play.episodes import Episode, Seat
from workloads.textgames.play.player import Reply
from workloads.textgames.training.tokens import Renderer, Stream, joined


class Table:
    """A seat, and the streams of tokens that its replies were drawn in.

    With the history `full` an episode is one stream. With any other, a turn's context is its own, and so is
    its stream. `room` is the longest context that leaves place for a reply, in tokens; an episode that
    outgrows it is `truncated`.
    """

    def __init__(self, seat: Seat, renderer: Renderer, room: int, *, one_stream: bool) -> None:
        self._seat = seat
        self._renderer = renderer
        self._room = room
        self._one_stream = one_stream
        self._streams: list[Stream] = []
        self.tokens = 0
        self.truncated = False

    def waits(self) -> bool:
        """Whether another reply is needed; makes its context ready."""
        if self._seat.over:
            return False
        request = self._seat.request()
        if self._one_stream and self._streams:
            stream = self._streams[0]
            between = joined(stream.tokens, self._renderer.between(request.messages[-1]["content"]))
            self.truncated = len(stream.context) + len(between) > self._room
            if not self.truncated:
                stream.tell(between)
        else:
            stream = Stream(self._renderer.prompt(request.messages, request.tools))
            self.truncated = len(stream.prompt) > self._room
            if not self.truncated:
                self._streams.append(stream)
        return not self.truncated

    @property
    def context(self) -> list[int]:
        """The tokens that the next reply follows."""
        return self._streams[-1].context

    def take(self, tokens: Sequence[int], logprobs: Sequence[float] | None) -> None:
        """Plays a reply."""
        self._streams[-1].reply(tokens, logprobs)
        self.tokens += len(tokens)
        self._seat.take(Reply(self._renderer.text(tokens), len(tokens)))

    def episode(self) -> Episode:
        """What was played; without turns if not even the first observation had room."""
        return self._seat.episode() if self.tokens else Episode(self._seat.seed, [], 0.0, False)

    def sample(self, place: int, empty: int) -> Stream:
        """The stream to train on: the episode's only one, or one of its turns', each as likely as the others.

        The draw depends on the episode's seed and on its place among those that share it. An episode without
        turns gives one token, `empty`, that nothing is learnt from.
        """
        if not self.tokens:
            return Stream([empty], [empty], [0], None)
        return random.Random(f"{self._seat.seed} {place}").choice(self._streams)
