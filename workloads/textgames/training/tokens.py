"""Conversations as tokens, by the model's chat template. What a model drew is never tokenised again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from workloads.textgames.play.player import Message
from workloads.textgames.settings import SettingsError

_REPLY: Final = "(the reply stands here)"
_PROBE: Final = [{"role": "user", "content": "?"}, {"role": "assistant", "content": _REPLY}]


@dataclass(slots=True)
class Stream:
    """A prompt and what followed it: replies (mask 1) and what was told between them (mask 0).

    `logprobs` are those of the engine that drew the replies, in nats, and 0 for other tokens; None where
    the engine says none.
    """

    prompt: list[int]
    tokens: list[int] = field(default_factory=list)
    mask: list[int] = field(default_factory=list)
    logprobs: list[float] | None = None

    @property
    def context(self) -> list[int]:
        """What the next reply follows."""
        return self.prompt + self.tokens

    def reply(self, tokens: Sequence[int], logprobs: Sequence[float] | None) -> None:
        """Add what the model drew."""
        if logprobs is not None:
            self.logprobs = [*(self.logprobs or [0.0] * len(self.tokens)), *logprobs]
        self.tokens += tokens
        self.mask += [1] * len(tokens)

    def tell(self, tokens: Sequence[int]) -> None:
        """Add what the model did not draw."""
        if self.logprobs is not None:
            self.logprobs += [0.0] * len(tokens)
        self.tokens += tokens
        self.mask += [0] * len(tokens)


class Renderer:
    """The chat template of a tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def check(self, tools: Sequence[dict[str, Any]], *, one_stream: bool) -> None:
        """Refuse a tokenizer that cannot show what an environment says. Raises SettingsError."""
        from jinja2 import TemplateError

        if not self._tokenizer.chat_template:
            raise SettingsError(
                "model.name has no chat template: take a model that was made for conversations"
            )
        try:
            shown = self._text([{"role": "system", "content": "!"}, _PROBE[0]], tools)
            if one_stream:
                self.between("?")
        except TemplateError as error:
            raise SettingsError(
                f"the model's chat template refuses a system prompt or a second turn: {error}"
            ) from None
        missing = next(
            (each["function"]["name"] for each in tools if each["function"]["name"] not in shown), None
        )
        if missing is not None:
            raise SettingsError(
                f"the model's chat template does not show functions, such as {missing!r}: take a model that "
                "was made for calling functions"
            )

    def prompt(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> list[int]:
        """A conversation, up to where the reply begins."""
        return self._tokens(self._text(messages, tools))

    def between(self, observation: str) -> list[int]:
        """What stands between two replies: the end of one, an observation, the beginning of the other."""
        shown = self._text([*_PROBE, {"role": "user", "content": observation}], ())
        _, found, after = shown.partition(_REPLY)
        if not found:
            raise SettingsError(
                "the model's chat template hides earlier replies: take another history than full"
            )
        return self._tokens(after)

    def text(self, tokens: Sequence[int]) -> str:
        """What a reply says, without the marks of its end."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _text(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> str:
        return str(
            self._tokenizer.apply_chat_template(
                list(messages), tools=list(tools) or None, add_generation_prompt=True, tokenize=False
            )
        )

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])


def joined(reply: Sequence[int], between: Sequence[int]) -> Sequence[int]:
    """What is to be added after a reply: `between`, without the mark of the end that the model drew."""
    return between[1:] if reply and between and reply[-1] == between[0] else between
