"""vLLM itself, on a CPU, with a model made on the spot."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workloads.textgames.play.endpoint import EndpointPlayer
from workloads.textgames.play.player import Reply, Request
from workloads.textgames.serving import supervisor
from workloads.textgames.serving.errors import ServerError
from workloads.textgames.serving.server import VllmServer
from workloads.textgames.settings import Sampling, Vllm

pytestmark = [pytest.mark.llm, pytest.mark.slow]

ROOT = Path(__file__).parents[4]
SMALL = Vllm(max_model_len=512, enforce_eager=True, ready_timeout=240)
FLAGS = ["--max-num-seqs", "16"]

PARENT = """
import sys
from pathlib import Path
from workloads.textgames.serving.server import VllmServer
from workloads.textgames.settings import Vllm
vllm = Vllm(max_model_len=512, enforce_eager=True)
with VllmServer(Path(sys.argv[1]), vllm, log=Path(sys.argv[2])) as server:
    pass
"""


def until(condition: Callable[[], bool], seconds: float) -> None:
    given_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < given_up, "it did not come about"
        time.sleep(0.1)


def sessions_of(parent: int) -> list[int]:
    """The supervisors that a process has started, each the leader of a session."""
    command = ["ps", "-o", "pid=,sid=", "--ppid", str(parent)]
    listed = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return [int(line.split()[0]) for line in listed if len(set(line.split())) == 1]


@pytest.fixture(scope="module", autouse=True)
def small_cache() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from workloads.textgames.tiny.model import write

    folder = tmp_path_factory.mktemp("tiny") / "model"
    write(folder, "qwen2_5", 0)
    return folder


@pytest.fixture(scope="module")
def said() -> list[str]:
    """The lines of progress of the server that the tests share."""
    return []


@pytest.fixture(scope="module")
def server(model: Path, said: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    log = tmp_path_factory.mktemp("server") / "vllm.log"
    own = VllmServer(
        model, SMALL, log=log, dtype="float32", lora_rank=8, control=True, flags=FLAGS, say=said.append
    )
    with own as started:
        (session,) = sessions_of(os.getpid())
        assert len(supervisor.members(session)) >= 3
        yield started
    assert supervisor.members(session) == []
    assert not Path(f"/proc/{session}").exists()


@pytest.fixture
def leaves_nothing() -> Iterator[None]:
    before = sessions_of(os.getpid())
    yield
    assert sessions_of(os.getpid()) == before


def player(server: VllmServer, model: str | None = None, max_tokens: int = 16) -> EndpointPlayer:
    sampling = Sampling(max_tokens=max_tokens, temperature=0)
    return EndpointPlayer(server.base_url, model or server.name, sampling, key=server.key, parse_tools=False)


def ask(text: str) -> Request:
    return Request([{"role": "user", "content": text}], [], 1)


def adapter(model: Path, folder: Path, seed: int) -> Path:
    """An adapter that changes what is said."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    settings = LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), settings).save_pretrained(folder)
    return folder


def logprobs(server: VllmServer, model: str) -> list[float]:
    """Of the tokens of one text."""
    body = {
        "model": model,
        "prompt": "the key is left",
        "max_tokens": 1,
        "prompt_logprobs": 0,
        "temperature": 0,
    }
    answer = server.post("/v1/completions", body)
    listed = answer["choices"][0]["prompt_logprobs"][1:]
    return [next(iter(token.values()))["logprob"] for token in listed]


def test_it_answers_and_says_how_it_got_ready(server: VllmServer, said: list[str]) -> None:
    server.check()
    with player(server) as asked:
        first, again = asked.replies([ask("key"), ask("key")])
    assert first == again
    assert first.tokens > 0
    assert said[-1].startswith(f"vLLM serves on {server.url} after ")


def test_only_who_knows_the_key_is_answered(server: VllmServer) -> None:
    def status(path: str, data: bytes | None = None) -> int:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(server.url + path, data), timeout=30
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    assert status("/health") == 200
    for path in ("/v1/models", "/version", "/metrics", "/is_paused"):
        assert status(path) == 401
    for path in ("/collective_rpc", "/adapters", "/invocations", "/reset_prefix_cache"):
        assert status(path, b"{}") == 401
    arguments = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert server.key not in arguments
    assert server.key not in server.log.read_text()


def test_a_conversation_takes_what_is_left_of_the_context(server: VllmServer) -> None:
    with player(server, max_tokens=500) as asked:
        short, none = asked.replies([ask("key"), ask("key " * 600)])
    assert 0 < short.tokens < 500
    assert none == Reply("", 0)


def test_functions_are_rendered_though_no_parser_is_set(server: VllmServer) -> None:
    tools = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]
    body = {"model": server.name, "messages": ask("key").messages, "max_tokens": 1}
    plain = server.post("/v1/chat/completions", body)["usage"]["prompt_tokens"]
    shown = server.post("/v1/chat/completions", body | {"tools": tools, "tool_choice": "none"})["usage"]
    assert shown["prompt_tokens"] > plain + 20
    with player(server) as asked:
        assert asked.replies([Request(ask("key").messages, tools, 1)])[0].tokens > 0


def test_adapters_are_loaded_while_it_serves(server: VllmServer, model: Path, tmp_path: Path) -> None:
    before = logprobs(server, server.name)
    found = []
    for seed in (1, 2):
        folder = adapter(model, tmp_path / str(seed), seed)
        body = {"lora_name": f"taught-{seed}", "lora_path": str(folder)}
        assert "Success" in server.post("/v1/load_lora_adapter", body)
        found.append(logprobs(server, f"taught-{seed}"))
    assert before != found[0] != found[1]
    assert logprobs(server, server.name) == before


def test_what_vllm_refuses_is_said_and_it_goes_on(server: VllmServer, tmp_path: Path) -> None:
    body = {"lora_name": "taught", "lora_path": str(tmp_path)}
    with pytest.raises(
        ServerError, match=r"vLLM did not do /v1/load_lora_adapter: .*No adapter found"
    ) as found:
        server.post("/v1/load_lora_adapter", body)
    assert found.value.cause == "request"
    with pytest.raises(ServerError, match="vLLM did not do /collective_rpc"):
        server.post("/collective_rpc", {"method": "no_such_method"})
    server.check()


def test_a_worker_that_is_killed_is_noticed(server: VllmServer) -> None:
    """Last, since the server is no good afterwards."""
    (session,) = sessions_of(os.getpid())
    names = {pid: Path(f"/proc/{pid}/comm").read_text() for pid in supervisor.members(session)}
    (worker,) = (pid for pid, name in names.items() if "Worker" in name)
    os.kill(worker, signal.SIGKILL)

    def fails() -> bool:
        try:
            server.check(5)
        except ServerError as error:
            return error.cause == "out-of-memory" and len(error.log_tail) == 50
        return False

    until(fails, 60)


@pytest.mark.usefixtures("leaves_nothing")
def test_a_server_that_is_not_ready_in_time_is_ended(model: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    hurried = Vllm(max_model_len=512, enforce_eager=True, ready_timeout=3)
    with pytest.raises(ServerError, match=r"not ready within 3 s; raise vllm.ready_timeout") as found:
        VllmServer(model, hurried, log=tmp_path / "vllm.log").__enter__()
    assert found.value.cause == "never-ready"
    assert 3 <= time.monotonic() - begun < 25


@pytest.mark.usefixtures("leaves_nothing")
def test_a_folder_without_a_model_is_told_apart(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ServerError, match=r"is not the folder of a model: it has no config.json") as found:
        VllmServer(tmp_path, SMALL, log=tmp_path / "vllm.log").__enter__()
    assert found.value.cause == "model-not-found"
    assert len(found.value.log_tail) == 50
    assert time.monotonic() - begun < 120


@pytest.mark.usefixtures("leaves_nothing")
def test_more_memory_than_there_is_is_told_apart(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "9000")
    begun = time.monotonic()
    with pytest.raises(ServerError, match=r"9000.0 GiB of KV cache are asked for") as found:
        VllmServer(model, SMALL, log=tmp_path / "vllm.log", flags=FLAGS).__enter__()
    assert found.value.cause == "out-of-memory"
    assert time.monotonic() - begun < 240


def test_nothing_is_left_when_the_program_is_killed(model: Path, tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(model), str(tmp_path / "vllm.log")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    until(lambda: bool(sessions_of(program.pid)), 60)
    (session,) = sessions_of(program.pid)
    until(lambda: any(_is_engine(pid) for pid in supervisor.members(session)), 120)
    program.kill()
    program.wait()
    until(lambda: not supervisor.members(session) and not Path(f"/proc/{session}").exists(), 30)


def _is_engine(process: int) -> bool:
    try:
        return "EngineCor" in Path(f"/proc/{process}/comm").read_text()
    except OSError:
        return False
