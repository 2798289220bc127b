"""Models by name: folders of this machine, and repositories of a loopback hub with the hub's own client."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.hub.server import ModelHub
from workloads.textgames.model_files import ModelError, resolve, resolve_adapter

ROOT = Path(__file__).parents[3]
MODEL: dict[str, str | bytes] = {
    "config.json": '{"model_type": "qwen2"}',
    "model.safetensors": b"\x08\0\0\0\0\0\0\0{}      ",
    "tokenizer.json": "{}",
}
ADAPTER: dict[str, str | bytes] = {"adapter_config.json": '{"r": 8}', "adapter_model.safetensors": b"weights"}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"

ASK = """
import json, sys, time
from workloads.textgames.model_files import ModelError, resolve, resolve_adapter
for kind, *arguments in json.loads(sys.argv[1]):
    begun = time.monotonic()
    try:
        found = {"model": resolve, "adapter": resolve_adapter}[kind](*arguments, timeout=float(sys.argv[2]))
        said = {"folder": str(found), "files": sorted(path.name for path in found.iterdir())}
    except ModelError as error:
        said = {"error": str(error)}
    print(json.dumps(said | {"seconds": time.monotonic() - begun}))
"""


def make(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def ask(
    environment: dict[str, str], *questions: tuple[str, ...], timeout: float = 20, limit: str = ":"
) -> list[dict[str, object]]:
    """Resolves each by a process of its own, since the hub's client reads its environment once."""
    done = subprocess.run(
        [
            "bash",
            "-c",
            f'{limit}; exec "$@"',
            "bash",
            sys.executable,
            "-c",
            ASK,
            json.dumps(questions),
            str(timeout),
        ],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [*said, {"output": done.stdout + done.stderr}]


def test_a_folder_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "models" / "small", MODEL)
    assert resolve(str(folder)) == folder
    monkeypatch.chdir(tmp_path)
    assert resolve("models/small") == folder
    assert resolve_adapter(str(make(tmp_path / "adapter", ADAPTER))) == tmp_path / "adapter"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is not the folder of a model: it has no config.json"),
        (ADAPTER, "is an adapter; name the model below it, and the adapter as `adapter`"),
        ({"config.json": "{}", "pytorch_model.bin": "x"}, "has no weights as safetensors"),
        ({**MODEL, "model.safetensors": POINTER}, "is a Git LFS pointer, not weights; `git lfs pull`"),
    ],
)
def test_a_folder_that_holds_no_model_is_explained(
    tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    with pytest.raises(ModelError) as found:
        resolve(str(make(tmp_path / "models", files)))
    assert said in str(found.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (MODEL, "it has no adapter_config.json; it is a model of its own"),
        ({"adapter_config.json": "{}"}, "has no weights as safetensors (adapter_model.safetensors)"),
        ({**ADAPTER, "adapter_model.safetensors": POINTER}, "is a Git LFS pointer"),
    ],
)
def test_a_folder_that_holds_no_adapter_is_explained(
    tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    with pytest.raises(ModelError) as found:
        resolve_adapter(str(make(tmp_path / "adapter", files)))
    assert said in str(found.value)


@pytest.mark.parametrize("name", ["/nowhere/model", "./model", "~/nowhere", "a/b/c", ""])
def test_a_path_where_nothing_is_is_not_looked_for_at_the_hub(name: str) -> None:
    for look in (resolve, resolve_adapter):
        with pytest.raises(ModelError, match="there is no folder"):
            look(name)


def test_a_folder_has_no_revision(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a folder, which has no revision main; leave the revision out"):
        resolve(str(make(tmp_path / "model", MODEL)), "main")


@pytest.fixture
def hub() -> Iterator[ModelHub]:
    with ModelHub() as started:
        started.add("acme/small", {**MODEL, "notes.md": "", "model.bin": "pickle", "onnx/model.json": ""})
        started.add("acme/adapter", ADAPTER)
        yield started


@pytest.mark.llm
def test_a_repository_is_fetched_once_and_nothing_of_it_that_is_not_needed(
    hub: ModelHub, tmp_path: Path
) -> None:
    first, second, adapter, _ = ask(
        hub.environment(tmp_path),
        ("model", "acme/small"),
        ("model", "acme/small", "main"),
        ("adapter", "acme/adapter@main"),
    )
    assert first["files"] == sorted(MODEL)
    assert first["folder"] == second["folder"]
    assert adapter["files"] == sorted(ADAPTER)
    assert hub.unknown == []


@pytest.mark.llm
def test_what_the_hub_refuses_is_explained(hub: ModelHub, tmp_path: Path) -> None:
    hub.add("acme/gated", MODEL, gated=True)
    hub.add("acme/secret", MODEL, private=True)
    missing, secret, revision, gated, name, _ = ask(
        hub.environment(tmp_path),
        ("model", "acme/nothing"),
        ("model", "acme/secret"),
        ("model", "acme/small", "v9"),
        ("model", "acme/gated"),
        ("model", "a b"),
    )
    for said, name_of in ((missing, "acme/nothing"), (secret, "acme/secret")):
        assert said["error"] == (
            f"there is no model {name_of}, neither as a folder here nor at {hub.url}; check the name, or set "
            "HF_TOKEN if it is private"
        )
    assert revision["error"] == f"acme/small has no revision v9; see {hub.url}/acme/small/commits/main"
    assert "given only to those who agreed to its terms" in str(gated["error"])
    assert str(gated["error"]).endswith("accept them and set HF_TOKEN")
    assert "a b is neither a folder here nor a repository's name" in str(name["error"])


@pytest.mark.llm
def test_a_token_opens_what_is_private_and_is_never_shown(hub: ModelHub, tmp_path: Path) -> None:
    hub.add("acme/secret", MODEL, private=True)
    found, missing, told = ask(
        hub.environment(tmp_path, hub.token), ("model", "acme/secret"), ("model", "acme/nothing")
    )
    assert found["files"] == sorted(MODEL)
    assert "or whether HF_TOKEN is still good and may read it" in str(missing["error"])
    assert hub.token not in json.dumps([found, missing, told])


@pytest.mark.llm
def test_a_hub_that_hangs_is_given_up_within_the_time(hub: ModelHub, tmp_path: Path) -> None:
    hub.hang()
    said, _ = ask(hub.environment(tmp_path), ("model", "acme/small"), timeout=2)
    assert f"acme/small cannot be fetched from {hub.url} (" in str(said["error"])
    assert "check the network, or name a folder" in str(said["error"])
    assert float(str(said["seconds"])) < 10


@pytest.mark.llm
def test_what_was_fetched_before_is_used_while_the_hub_is_away(hub: ModelHub, tmp_path: Path) -> None:
    environment = hub.environment(tmp_path)
    first, _ = ask(environment, ("model", "acme/small"))
    hub.fail("*", 503, times=None)
    again, never, told = ask(environment, ("model", "acme/small"), ("model", "acme/adapter"), timeout=5)
    assert again["folder"] == first["folder"]
    assert "the hub cannot be reached; acme/small is the copy of it in" in str(told["output"])
    assert "acme/adapter cannot be fetched from" in str(never["error"])
    hub.clear_faults()
    offline, never, _ = ask(
        {**environment, "HF_HUB_OFFLINE": "1"}, ("model", "acme/small"), ("model", "acme/adapter")
    )
    assert offline["folder"] == first["folder"]
    assert "nor in the cache, and HF_HUB_OFFLINE is set; unset it" in str(never["error"])


@pytest.mark.llm
def test_a_name_that_cannot_be_looked_up_is_an_unreachable_hub(tmp_path: Path) -> None:
    environment = {"HF_ENDPOINT": "http://hub.invalid", "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path)}
    begun = time.monotonic()
    said, _ = ask(environment, ("model", "acme/small"))
    assert "acme/small cannot be fetched from http://hub.invalid (" in str(said["error"])
    assert time.monotonic() - begun < 60
    assert float(str(said["seconds"])) < 25


@pytest.mark.llm
def test_a_disk_without_room_is_explained(hub: ModelHub, tmp_path: Path) -> None:
    hub.add("acme/large", {**MODEL, "model.safetensors": b"x" * 100_000})
    environment = hub.environment(tmp_path)
    said, _ = ask(environment, ("model", "acme/large"), limit="ulimit -f 16")
    assert str(said["error"]) == (
        f"there is no room for acme/large in {environment['HF_HOME']}/hub; free some, or set HF_HOME"
    )
