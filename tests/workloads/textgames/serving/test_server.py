"""A server that cannot start: each cause within its time, and nothing left behind."""

import importlib.util
import socket
import time
from pathlib import Path

import pytest

from workloads.textgames.serving.errors import ServerError, report
from workloads.textgames.serving.server import VllmServer
from workloads.textgames.settings import Vllm


def test_a_port_that_is_taken_is_noticed_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = VllmServer(tmp_path, Vllm(port=port), log=tmp_path / "vllm.log")
        begun = time.monotonic()
        with pytest.raises(ServerError, match=f"port {port} is taken by another program") as found, server:
            pass
    assert found.value.cause == "port-taken"
    assert time.monotonic() - begun < 5
    assert not (tmp_path / "vllm.log").exists()


@pytest.mark.skipif(importlib.util.find_spec("vllm") is not None, reason="vLLM is installed")
def test_without_vllm_it_says_how_to_get_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = VllmServer(tmp_path, Vllm(ready_timeout=60), log=tmp_path / "logs" / "vllm.log")
    with pytest.raises(ServerError, match="vLLM is not installed beside this program") as found, server:
        pass
    assert found.value.cause == "vllm-missing"
    report(found.value)
    printed = capsys.readouterr().err.splitlines()
    assert printed[-1] == str(found.value)
    assert "No module named 'vllm'" in printed[-2]


def test_a_server_that_was_not_started_is_no_server(tmp_path: Path) -> None:
    server = VllmServer(tmp_path, Vllm(), log=tmp_path / "vllm.log")
    with pytest.raises(ServerError):
        server.check()
    server.stop()


def test_a_key_is_made_for_each_server_and_shown_by_none(tmp_path: Path) -> None:
    first, second = (VllmServer(tmp_path, Vllm(), log=tmp_path / "vllm.log") for _ in range(2))
    assert first.key != second.key
    assert first.key not in repr(first)


def test_a_log_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    server = VllmServer(tmp_path, Vllm(), log=tmp_path / "file" / "vllm.log")
    with pytest.raises(ServerError, match=r"vLLM's log .* cannot be written: (File exists|Not a directory)"):
        server.__enter__()
