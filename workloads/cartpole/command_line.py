"""The command line of the training program."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from workloads.cartpole.parameters import CONFIGURATIONS, Configuration
from workloads.cartpole.reading import NAMES, ParameterError

PROGRAM: Final = "workloads/cartpole/train.py"
BAD_ARGUMENTS: Final = 2
"""Exit status for arguments, parameters or files that cannot be used."""

_EXAMPLES: Final = """examples:
  python workloads/cartpole/train.py --config_id CartPole-v1:ppo
  python workloads/cartpole/train.py --config_id CartPole-v1:ppo --max_env_steps=50000 --policy_lr=3e-4
  python workloads/cartpole/train.py --config_id CartPole-v1:ppo --policy_lr.start=0.002 --seed 7
  python workloads/cartpole/train.py --config_id CartPole-v1:ppo --config config/cartpole_ppo.yaml
  python workloads/cartpole/train.py --config_id CartPole-v1:ppo --wandb_sweep

Every parameter may be given: """


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line and the environment ask for."""

    configuration: Configuration
    config_id: str
    wandb_sweep: bool
    seed: int
    configured: dict[str, object]
    """Parameters of the file given with `--config`."""
    given: dict[str, object]
    """Parameters of the command line, as text; they win over those of the file."""
    output: Path
    checkpoint: Path | None
    baseline: Path | None
    checkpoint_seconds: float


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        fail(message)


def fail(message: str) -> NoReturn:
    """Print one sentence to standard error and leave with status 2."""
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    sys.exit(BAD_ARGUMENTS)


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line, `sys.argv` if none is given, and the environment; leave if they are unusable."""
    options, others = _parser().parse_known_args(arguments)
    if options.config_id not in CONFIGURATIONS:
        fail(f"there is no configuration {options.config_id!r}; known are {', '.join(CONFIGURATIONS)}")
    try:
        given = parameters_in(others)
    except ParameterError as error:
        fail(str(error))
    return Options(
        configuration=CONFIGURATIONS[options.config_id],
        config_id=options.config_id,
        wandb_sweep=options.wandb_sweep,
        seed=_seed(os.environ.get("RUNNER_SEED") or "0") if options.seed is None else options.seed,
        configured={} if options.config is None else _configured(options.config),
        given=given,
        output=_folder("RUNNER_OUTPUT_DIR") or Path("runs", "cartpole"),
        checkpoint=_folder("RUNNER_CHECKPOINT_DIR"),
        baseline=_folder("RUNNER_BASELINE_DIR"),
        checkpoint_seconds=options.checkpoint_seconds,
    )


def parameters_in(arguments: Sequence[str]) -> dict[str, object]:
    """Return the parameters among arguments in any form in which W&B writes them.

    `--name=value`, `--name value`, and `name=value` with or without `+` or `++` before it. Raises
    ParameterError for anything else.
    """
    given: dict[str, object] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.lstrip("+-").partition("=")
        if not equals:
            if not word.startswith("--") or not rest or rest[0].startswith("--"):
                raise ParameterError(
                    f"the argument {word!r} is unknown; parameters are given as --name=value"
                )
            value = rest.pop(0)
        given[name] = value
    return given


def _configured(path: Path) -> dict[str, object]:
    """Return the parameters in a YAML file; leave if it cannot be read."""
    import yaml

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        fail(f"{path} cannot be read ({error.strerror})")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fail(f"{path} is not valid YAML ({' '.join(str(error).split())})")
    if not isinstance(document, dict):
        fail(f"{path} must hold names of parameters with their values")
    return {str(name): value for name, value in document.items()}


def _folder(name: str) -> Path | None:
    text = os.environ.get(name)
    return Path(text) if text else None


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        fail(f"the seed {text!r} is not a whole number of at least 0")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Train a policy with PPO.",
        epilog=_EXAMPLES + ", ".join(NAMES) + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add: Any = parser.add_argument
    add("--config_id", required=True, metavar="ENVIRONMENT:ALGORITHM", help="which configuration")
    add("--config", type=Path, metavar="FILE", help="YAML with parameters, such as the best.yaml of a sweep")
    add("--wandb_sweep", action="store_true", help="take parameters from wandb.config, and log to W&B")
    add("--seed", type=_seed, help="default RUNNER_SEED, else 0")
    add("--checkpoint_seconds", type=float, default=5.0, help="least time between checkpoints, default 5")
    return parser
