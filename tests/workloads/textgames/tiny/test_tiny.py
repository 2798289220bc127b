"""Tiny models: made as a process, since that is how they are asked for."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.key_door import KeyDoor
from workloads.textgames.envs.registry import make
from workloads.textgames.envs.tic_tac_toe import TicTacToe
from workloads.textgames.tiny.__main__ import main
from workloads.textgames.tiny.legal import replies

ROOT = Path(__file__).parents[4]


def tiny(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "workloads.textgames.tiny", str(folder), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.llm
def test_the_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        done = tiny(tmp_path / name, "--template", "qwen3", "--seed", "5", "--warm-start", "tic_tac_toe")
        assert (done.returncode, done.stdout) == (0, "")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= set(files)
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


@pytest.mark.llm
def test_another_seed_makes_other_weights_of_about_a_hundred_thousand_parameters(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from workloads.textgames.tiny.model import write

    for seed in (0, 1):
        write(tmp_path / str(seed), "chatml", seed)
    models = [AutoModelForCausalLM.from_pretrained(tmp_path / name) for name in "01"]
    assert 90_000 < models[0].num_parameters() < 120_000
    assert not torch.equal(models[0].lm_head.weight, models[1].lm_head.weight)


@pytest.mark.llm
def test_observations_and_moves_are_few_tokens_and_any_text_is_possible() -> None:
    from workloads.textgames.tiny.model import tokenizer

    made = tokenizer("chatml")
    assert len(made("<action>interact</action>")["input_ids"]) == 3
    assert len(made(KeyDoor(size=3).reset(1))["input_ids"]) < 45
    assert len(made(TicTacToe().reset(1))["input_ids"]) < 8
    text = "Grüße, 你好 <action >\n\t🙂"
    assert made.decode(made(text)["input_ids"]) == text


@pytest.mark.llm
def test_a_taught_model_replies_in_the_environments_form(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from workloads.textgames.settings import Environment
    from workloads.textgames.tiny.model import tokenizer, write
    from workloads.textgames.training.tokens import Renderer

    write(tmp_path, "chatml", 0, Environment(name="tic_tac_toe", history="none"))
    words, game = tokenizer("chatml"), TicTacToe()
    seen = game.reset(3)
    messages = [{"role": "system", "content": game.system_prompt}, {"role": "user", "content": seen}]
    prompt = torch.tensor([Renderer(words).prompt(messages, [])] * 100)
    torch.manual_seed(0)
    drawn = AutoModelForCausalLM.from_pretrained(tmp_path).generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=5, do_sample=True, top_k=0
    )
    texts = [words.decode(row[prompt.shape[1] :]).removesuffix("<|endoftext|>") for row in drawn]
    moves = {f"<move>{cell}</move><|im_end|>" for cell in range(1, 10)}
    assert sum(text in moves for text in texts) > 90
    assert len(set(texts) & moves) >= 5


@pytest.mark.llm
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--warm-start", "chess"), "there is no environment 'chess'"),
        (("--warm-start", "gsm8k"), "no tiny model is taught gsm8k"),
        (("--warm-start", "key_door", "--arguments", "{"), "JSON is malformed|truncated"),
        (("--warm-start", "key_door", "--arguments", '{"size": 1}'), "key_door: "),
    ],
)
def test_what_cannot_be_taught_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], reason: str
) -> None:
    assert main([str(tmp_path / "tiny"), *options]) == 1
    assert re.search(reason, capsys.readouterr().err.splitlines()[-1])
    assert not (tmp_path / "tiny").exists()


@pytest.mark.parametrize("name", ["key_door", "tic_tac_toe", "wordle"])
def test_legal_replies_are_legal(name: str) -> None:
    environment, draw = make(name, {}), random.Random(1)
    legal = replies(name)
    for seed in range(20):
        seen, done = environment.reset(seed), False
        while not done:
            step = environment.step(legal(environment, seen, draw))
            assert not {"illegal_move", "illegal_move_or_parse_error"} & step.info.keys()
            assert "bumped" not in step.observation
            assert "does not have five letters" not in step.observation
            seen, done = step.observation, step.done


def test_an_environment_that_nobody_can_teach_is_refused() -> None:
    with pytest.raises(GameError, match="no tiny model is taught gsm8k"):
        replies("gsm8k")
