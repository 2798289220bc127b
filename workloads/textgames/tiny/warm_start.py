"""A short supervised pass: a tiny model replies in an environment's form, with legal moves at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

from workloads.textgames.envs import registry
from workloads.textgames.play.episodes import Seat
from workloads.textgames.play.player import Reply
from workloads.textgames.settings import Environment
from workloads.textgames.tiny.legal import replies
from workloads.textgames.training.tokens import Renderer, Stream, joined

EPISODES: Final = 256
STEPS: Final = 200
_RISE: Final = 10
TOKENS: Final = 1536
"""Of a batch, about."""
RATE: Final = 3e-3
"""Adam's, after a rise over ten steps; then down to nothing in a straight line."""
_IGNORED: Final = -100


def warm_start(model: Any, tokenizer: Any, chosen: Environment, seed: int) -> float:
    """Teach a model in place; return the loss of the last step, in nats per token of a reply."""
    import torch

    torch.set_num_threads(1)  # its matrices are small, and one thread adds in one order
    streams = _streams(tokenizer, chosen, seed)
    draw = random.Random(seed)
    size = min(len(streams), max(4, TOKENS // max(len(stream.context) for stream in streams)))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _share)
    model.train()
    loss = torch.zeros(())
    for _ in range(STEPS):
        tokens, mask, labels = _batch(draw.sample(streams, size), tokenizer.pad_token_id)
        loss = model(input_ids=tokens, attention_mask=mask, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.eval()
    return float(loss.detach())


def _share(step: int) -> float:
    return min(1.0, (step + 1) / _RISE) * (1 - step / STEPS)


def _streams(tokenizer: Any, chosen: Environment, seed: int) -> list[Stream]:
    """Episodes of random legal moves, as the model will see them when it plays."""
    legal, renderer = replies(registry.canonical(chosen.name)), Renderer(tokenizer)
    environment = registry.make(chosen.name, chosen.arguments)
    draw, streams = random.Random(f"warm start {seed}"), []
    for episode in range(EPISODES):
        seat = Seat(environment, episode, chosen.history, chosen.max_turns)
        stream: Stream | None = None
        while not seat.over:
            request = seat.request()
            seen = request.messages[-1]["content"]
            if stream is None or chosen.history != "full":
                stream = Stream(renderer.prompt(request.messages, request.tools))
                streams.append(stream)
            else:
                stream.tell(joined(stream.tokens, renderer.between(seen)))
            reply = legal(environment, seen, draw)
            tokens = [*tokenizer(reply, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
            stream.reply(tokens, None)
            seat.take(Reply(reply, len(tokens)))
    return streams


def _batch(streams: Sequence[Stream], pad: int) -> tuple[Any, Any, Any]:
    """Tokens, attention mask and labels of streams, padded on the right; labels are those of replies."""
    import torch

    longest = max(len(stream.context) for stream in streams)
    tokens = torch.full((len(streams), longest), pad)
    mask = torch.zeros_like(tokens)
    labels = torch.full_like(tokens, _IGNORED)
    for row, stream in enumerate(streams):
        context = torch.tensor(stream.context)
        tokens[row, : len(context)] = context
        mask[row, : len(context)] = 1
        drawn = torch.tensor([0] * len(stream.prompt) + stream.mask, dtype=torch.bool)
        labels[row, : len(context)][drawn] = context[drawn]
    return tokens, mask, labels
