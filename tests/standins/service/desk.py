"""What the stand-in answers when nothing goes wrong: the paths and fields of the real service."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

PASSWORDS = {"team": "correct horse battery", "ada": "ada's own"}


class Asked(Struct, frozen=True, kw_only=True):
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """Its JSON."""
        return dict(json.loads(self.body or b"{}"))


class Said(Struct, kw_only=True):
    """One answer. `lines` are sent one by one instead of a body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    lines: list[bytes] | None = None


def said(status: int, content: object, **headers: str) -> Said:
    """An answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(
        status=status,
        body=json.dumps(content).encode(),
        headers={"Content-Type": "application/json", **named},
    )


def refused(status: int, code: str, message: str, *fields: tuple[str, str], **headers: str) -> Said:
    """A refusal, in the one form that they have."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = [{"field": field, "message": text} for field, text in fields]
    return said(status, {"error": error}, **headers)


class Desk:
    """The state of the stand-in. A training is over once it was looked at twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.effects: list[str] = []
        self.keys: dict[str, str] = {}
        self.trainings: dict[str, dict[str, Any]] = {}
        self.endings = "succeeded"

    def answer(self, asked: Asked) -> Said:
        """The answer to a request, with its effect."""
        path = asked.path.partition("?")[0]
        if path == "/health-check":
            return said(200, {**HEALTH, "a_field_of_tomorrow": [1, 2]})
        if not _may_come_in(asked.headers.get("authorization", "")):
            return refused(401, "unauthorized", "the password is wrong or missing", WWW_Authenticate="Bearer")
        with self._lock:
            self.effects.append(f"{asked.method} {path}")
            return self._answer(asked, path)

    def _answer(self, asked: Asked, path: str) -> Said:
        if path in ("/generate-rollout", "/evaluate-policy") and asked.fields.get("max_steps") == 0:
            field = ("max_steps", "must be at least 1")
            return refused(422, "invalid", "1 field of the request is wrong", field)
        match path.split("/")[1:]:
            case ["generate-rollout"]:
                return _rollout(asked.fields)
            case ["evaluate-policy"]:
                return said(200, _evaluation(asked.fields))
            case ["start-training"]:
                return self._start(asked)
            case ["training-status"]:
                return said(200, {"trainings": list(self.trainings.values())})
            case ["training-status", run] if run in self.trainings:
                return said(200, self._looked_at(run))
            case ["cancel-training", run] if run in self.trainings:
                self.trainings[run]["status"] = "cancelled"
                return said(200, self.trainings[run])
            case _:
                return refused(404, "not-found", "there is no such thing here")

    def _start(self, asked: Asked) -> Said:
        if asked.fields.get("dry_run"):
            return said(200, {"job": "grpo", "bound_usd": 1.5, "estimate_usd": None, "plan": {"job": "grpo"}})
        key = asked.headers.get("idempotency-key", "")
        run = self.keys.get(key) if key else None
        if run is None:
            run = f"20261120-15040{len(self.trainings)}"
            self.keys[key] = run
            self.trainings[run] = {
                "run": run, "job": "grpo", "status": "queued", "reason": "", "seconds": 0.0,
                "cost_usd": 0.0, "bound_usd": 1.5, "progress": {},
            }  # fmt: skip
        links = {"status": f"/training-status/{run}", "cancel": f"/cancel-training/{run}"}
        priced = {"bound_usd": 1.5, "estimate_usd": [0.25, 0.5]}
        return said(202, {"run": run, "job": "grpo", "status": "launching", **priced, "links": links})

    def _looked_at(self, run: str) -> dict[str, Any]:
        training = self.trainings[run]
        looks = training["seconds"] = training["seconds"] + 1
        if training["status"] in ("queued", "running"):
            training["progress"] = {"step": looks, "reward": 0.25}
            training["status"] = "running" if looks < 2 else self.endings
            if training["status"] == "failed":
                training["reason"] = "the container was killed\x1b[2J"
        return training


HEALTH = {
    "status": "ok", "service": "textgames", "version": "0123456789ab", "model": "tiny",
    "engine": "transformers", "ready": True, "uptime_seconds": 12.5, "rollouts_running": 0, "training": True,
}  # fmt: skip


def _may_come_in(header: str) -> bool:
    kind, _, value = header.partition(" ")
    if kind == "Basic":
        name, _, password = b64decode(value).decode().partition(":")
        return PASSWORDS.get(name) == password
    return kind == "Bearer" and value.encode("latin-1").decode() in PASSWORDS.values()


def _head(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": fields.get("model_path", "tiny"),
        "adapter": fields.get("adapter"),
        "env_type": fields.get("env_type", "key_door"),
        "history_strategy": fields.get("history_strategy", "NO_HISTORY"),
    }


def turns(fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Two steps, of which the second reaches the door; the model says what no terminal should obey."""
    for step in (1, 2):
        yield {
            "step": step, "observation": f"a maze\nstep {step}", "action": f"up\x1b[2J {step}",
            "reward": step - 1.0, "done": step == 2, "info": {}, "tokens": 7,
        }  # fmt: skip


def _rollout(fields: dict[str, Any]) -> Said:
    trajectory = list(turns(fields))
    summary = {
        "total_reward": 1.0, "steps_taken": 2, "success": True, "truncated": False,
        "seed": fields.get("seed", 5), "tokens": 14,
    }  # fmt: skip
    ended = {"summary": summary, **_head(fields)}
    if not fields.get("stream"):
        return said(200, {"trajectory": trajectory, **ended})
    lines = [{"turn": turn} for turn in trajectory] + [ended]
    return Said(
        headers={"Content-Type": "application/x-ndjson"},
        lines=[json.dumps(line).encode() + b"\n" for line in lines],
    )


def _evaluation(fields: dict[str, Any]) -> dict[str, Any]:
    count = fields.get("eval_episodes", 10)
    won = count // 2
    episodes = [
        {"seed": seed, "reward": float(seed < won), "steps": 3, "success": seed < won}
        for seed in range(count)
    ]
    results = {
        "success_rate": won / count, "mean_reward": won / count, "reward_stddev": 0.5, "mean_steps": 3.0,
        "episodes": count, "tokens": 21 * count,
    }  # fmt: skip
    return {"results": results, "episodes": episodes, **_head(fields)}
