"""The evaluation as Markdown: how well everybody played, who is better, and how episodes went."""

from __future__ import annotations

import json
from typing import Final

from runner.kinds.language.evaluation import Evaluation, Example, Pair, Player, Turn
from runner.manifest.units import duration_text
from runner.results.intervals import difference, estimate
from runner.results.markdown import clean, code, details, escape, fence, table
from runner.results.numbers import compact, confidence_text, signed
from runner.results.statistics import Interval

CONFIDENCE: Final = 0.95
MOST_EXAMPLES: Final = 4
_LONGEST_EPISODE: Final = 2_400
_LONGEST_TEXT: Final = 500
_SURE: Final = confidence_text(CONFIDENCE)


def sections(document: Evaluation) -> tuple[str, ...]:
    """The parts of the summary that an evaluation has, each with its heading."""
    return tuple(filter(None, (_evaluation(document), _episodes(document))))


def main_pair(document: Evaluation) -> Pair | None:
    """The comparison that the evaluation is about: with the champion, or else with the start."""
    order = {"champion": 0, "start": 1}
    pairs = [pair for pair in document.pairs if pair.of == document.players[0].name]
    return min(pairs, key=lambda pair: order.get(pair.against, 2), default=None)


def _evaluation(document: Evaluation) -> str:
    parts = [f"### Evaluation\n\n{_verdict(document)} {_played(document)}", _players(document)]
    if document.pairs:
        parts.append(_pairs(document))
    return "\n\n".join(parts)


def _verdict(document: Evaluation) -> str:
    """Who is better, in one sentence."""
    judged, pair = document.players[0], main_pair(document)
    other = None if pair is None else document.player(pair.against)
    if pair is None or other is None:
        rate, interval = _rate(document, judged)
        return f"{code(judged.name)} succeeded in **{rate}** of the episodes ({_SURE}: {interval})."
    metrics = document.success_rate(judged, pair), document.success_rate(other)
    (low, high), _ = difference(*metrics, CONFIDENCE)
    points = f"{_points((judged.successes - other.successes) / document.episodes)} points"
    interval = f"({_SURE}: {_points(low)} to {_points(high)})"
    names = f"{code(judged.name)} {{}} {code(other.name)}"
    if low > 0 or high < 0:
        who = names.format("is better than" if low > 0 else "is worse than")
        return f"**{who}**: {points} in the rate of success {interval}."
    return (
        f"**{names.format('cannot be told apart from')}**: {points} in the rate of success {interval}, which "
        "chance alone may bring."
    )


def _played(document: Evaluation) -> str:
    environment = document.environment
    given = ", ".join(f"{name}={json.dumps(value)}" for name, value in environment.arguments.items())
    arguments = f" ({escape(given, 200)})" if given else ""
    several = len(document.players) > 1
    return (
        f"{'All of them' if several else 'It'} played {document.episodes:,} episodes of "
        f"{code(environment.name)}{arguments} with history {code(environment.history)}"
        f"{', on the same seeds' if several else ''}; the first seed is {document.first_seed}."
    )


def _players(document: Evaluation) -> str:
    rows = []
    for player in document.players:
        rate, interval = _rate(document, player)
        reward, _ = estimate(document.reward(player), CONFIDENCE)
        rows.append(
            (
                code(player.name),
                _model(player),
                rate,
                interval,
                compact(player.reward),
                _between(reward.interval),
                f"{player.turns:.1f}",
                f"{player.tokens:,}",
                duration_text(player.seconds),
            )
        )
    head = ("Player", "Model", "Success:", f"{_SURE}:", "Reward:", f"{_SURE}:", "Turns:", "Tokens:", "Time:")
    return table(head, rows)


def _model(player: Player) -> str:
    adapter = f" with {code(player.adapter, 80)}" if player.adapter else ""
    return (code(player.model, 80) if player.model else "") + adapter


def _rate(document: Evaluation, player: Player) -> tuple[str, str]:
    """A player's rate of success and the interval around it."""
    (value, interval), _ = estimate(document.success_rate(player), CONFIDENCE)
    return f"{value:.1%}", f"{interval.low:.1%} to {interval.high:.1%}"


def _pairs(document: Evaluation) -> str:
    rows = []
    for pair in document.pairs:
        of, against = document.player(pair.of), document.player(pair.against)
        if of is None or against is None:
            continue
        rates, _ = difference(document.success_rate(of, pair), document.success_rate(against), CONFIDENCE)
        rewards, _ = difference(document.reward(of, pair), document.reward(against), CONFIDENCE)
        rows.append(
            (
                f"{code(of.name)} against {code(against.name)}",
                _points((of.successes - against.successes) / document.episodes),
                f"{_points(rates.low)} to {_points(rates.high)}",
                f"{pair.gained:,}",
                f"{pair.lost:,}",
                signed(of.reward - against.reward),
                _between(rewards),
            )
        )
    head = ("Seed by seed", "Points:", f"{_SURE}:", "Gained:", "Lost:", "Reward:", f"{_SURE}:")
    return table(head, rows)


def _between(interval: Interval) -> str:
    return f"{compact(interval.low)} to {compact(interval.high)}"


def _points(share: float) -> str:
    text = f"{100 * share:+.1f}"
    return "0.0" if float(text) == 0 else text


def _episodes(document: Evaluation) -> str:
    """The best and the worst episodes, folded away."""
    if not document.examples:
        return ""
    shown = [example for kind in ("best", "worst") for example in document.examples if example.kind == kind]
    blocks = [_episode(example) for example in shown[:MOST_EXAMPLES]]
    return (
        "### Episodes\n\n"
        + "\n\n".join(blocks)
        + "\n\nEvery turn of every episode is in `transcripts.jsonl` of the output."
    )


def _episode(example: Example) -> str:
    outcome = "success" if example.success else "no success"
    turns = f"{len(example.turns)} turn" + ("" if len(example.turns) == 1 else "s")
    title = (
        f"{example.kind.capitalize()} of {code(example.player)}: {outcome}, "
        f"reward {compact(example.reward)}, {turns}, seed {example.seed}"
    )
    return details(title, fence(_turns(example.turns)))


def _turns(turns: list[Turn]) -> str:
    """The last turns that there is room for, and how many came before."""
    parts: list[str] = []
    room = _LONGEST_EPISODE
    for number, turn in reversed(list(enumerate(turns, 1))):
        said = [_said(text) for text in (turn.observation, turn.reply)]
        text = f"[{number}] sees:\n{said[0]}\n    replies:\n{said[1]}\n    reward: {compact(turn.reward)}"
        if parts and len(text) > room:
            parts.append(f"… {number} before")
            break
        parts.append(text)
        room -= len(text)
    return "\n".join(reversed(parts)) or "no turn"


def _said(text: str) -> str:
    """A text, cut where it is long, in lines that are set off."""
    short = clean(text[: 2 * _LONGEST_TEXT]).strip("\n")
    if len(short) > _LONGEST_TEXT:
        short = short[: _LONGEST_TEXT - 1] + "…"
    return "\n".join(f"      {line}".rstrip() for line in short.split("\n"))
