"""Players whose replies are known beforehand."""

from collections.abc import Callable, Sequence

from workloads.textgames.play.player import Reply, Request


class Scripted:
    """Replies by a function of the request, and keeps what it was asked, call by call."""

    def __init__(self, answer: Callable[[Request], str]) -> None:
        self.answer = answer
        self.calls: list[list[Request]] = []

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        self.calls.append(list(requests))
        answers = [self.answer(request) for request in requests]
        return [Reply(answer, len(answer)) for answer in answers]


def always(text: str) -> Scripted:
    return Scripted(lambda request: text)
