"""A service in a process of its own, as uvicorn runs it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.rollout import ROOT

LIMIT = 120.0
"""Seconds until it is ready."""


class Process:
    """Serves a model on a free port while its context lasts; `batch` replies are generated together."""

    def __init__(self, python: str, folder: Path, model: Path, batch: int) -> None:
        self._python = python
        self._folder = folder
        self._settings = {
            "name": "benchmark",
            "model": {"name": str(model), "dtype": "float32"},
            "models": str(folder),
            "engine": "transformers",
            "limits": {"batch": batch, "rollouts": 64, "requests": 128, "waiting": 300.0},
        }
        self.password = secrets.token_urlsafe(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def __enter__(self) -> Process:
        from argon2 import PasswordHasher

        self._folder.mkdir()
        (self._folder / "service.json").write_text(json.dumps(self._settings))
        surroundings = {
            "RUNNER_SERVICE_SETTINGS": str(self._folder / "service.json"),
            "RUNNER_SERVICE_FOLDER": str(self._folder),
            "SERVICE_PASSWORDS": PasswordHasher().hash(self.password),
            "OMP_NUM_THREADS": "1",
            "HF_HUB_OFFLINE": "1",
        }
        flags = ["--factory", "--port", str(self.port), "--no-access-log", "--no-proxy-headers"]
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [self._python, "-m", "uvicorn", "workloads.service.app:create", *flags],
            cwd=ROOT,
            env={**os.environ, **surroundings},
            stdout=self._log,
            stderr=self._log,
        )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(LIMIT)
        self._log.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def _wait(self) -> None:
        deadline = time.monotonic() + LIMIT
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise RuntimeError((self._folder / "log").read_text(errors="replace")[-3_000:])
            time.sleep(0.2)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health-check", timeout=5) as answer:
                return bool(json.load(answer)["ready"])
        except (urllib.error.URLError, OSError):
            return False
