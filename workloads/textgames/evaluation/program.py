"""The evaluation program: reads what to do, lets everyone play, and writes what came of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import json
from msgspec.structs import replace

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.registry import canonical
from workloads.textgames.evaluation import document, transcripts
from workloads.textgames.evaluation.command_line import CommandError, Options, parse
from workloads.textgames.evaluation.contestants import Contest, Contestant, contest
from workloads.textgames.evaluation.document import Document, Played
from workloads.textgames.evaluation.examples import examples
from workloads.textgames.evaluation.metrics import metrics
from workloads.textgames.evaluation.playing import Table
from workloads.textgames.evaluation.seats import seat_each
from workloads.textgames.evaluation.seeds import first_seed, held_out
from workloads.textgames.evaluation.transcripts import Transcripts
from workloads.textgames.model_files import ModelError
from workloads.textgames.play.player import Player, PlayerError
from workloads.textgames.serving.errors import ServerError, report
from workloads.textgames.settings import EvaluateSettings, SettingsError, read

_FAILED: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit status. The last line on stderr says why it failed."""
    try:
        _evaluate(parse(arguments))
    except ServerError as error:
        report(error)
        return _FAILED
    except (CommandError, SettingsError, GameError, ModelError, PlayerError) as error:
        print(error, file=sys.stderr, flush=True)
        return _FAILED
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr, flush=True)
        return _FAILED
    return 0


def _evaluate(options: Options) -> None:
    settings = read(options.settings, EvaluateSettings)
    named = replace(settings.environment, name=canonical(settings.environment.name))
    settings = replace(settings, environment=held_out(named))
    players = contest(settings, options.trained, options.champion)
    table = Table(settings, first_seed(options.seed))
    for note in players.notes:
        print(note, flush=True)
    played = _play(options, settings, players, table)
    _write(options, players, played, _document(options, settings, players, table, played))


def _play(
    options: Options, settings: EvaluateSettings, players: Contest, table: Table
) -> Mapping[str, Played]:
    """What each contestant did, by its name."""
    played: dict[str, Played] = {}
    with Transcripts(options.output) as file:

        def act(contestant: Contestant, player: Player) -> None:
            played[contestant.name] = table.play(contestant.name, player, file)

        seat_each(players.contestants, settings, options.output / "vllm.log", act)
    return played


def _document(
    options: Options,
    settings: EvaluateSettings,
    players: Contest,
    table: Table,
    played: Mapping[str, Played],
) -> Document:
    judged = players.contestants[0].name
    shown = examples(judged, played[judged].outcomes, transcripts.lines(options.output))
    return document.document(settings.environment, table.seeds[0], players, played, shown)


def _write(options: Options, players: Contest, played: Mapping[str, Played], whole: Document) -> None:
    """Write `evaluation.json` and `metrics.json`, and say how it went."""
    found = metrics(
        players.contestants[0].name,
        players.champion,
        {name: one.outcomes for name, one in played.items()},
        {name: one.score for name, one in played.items()},
    )
    (options.output / "evaluation.json").write_bytes(document.encode(whole))
    (options.output / "metrics.json").write_bytes(json.format(json.encode(found), indent=2) + b"\n")
    for name, one in played.items():
        rate, reward = one.score.success_rate, one.score.reward
        print(f"{name}: success {rate:.3f}, reward {reward:.3f}, {one.score.tokens:,} tokens", flush=True)
