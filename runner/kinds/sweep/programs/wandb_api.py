"""What the programs beside this file have in common: they ask W&B's server.

A request has an answer or a clear error within seconds, and a change is never sent twice unasked. W&B's
client would send a creation again whose answer was lost, which makes two sweeps; it only says where the
server is. Nothing but the key's own variable holds the key.
"""

from __future__ import annotations

import base64
import http.client
import json
import math
import os
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

TIMEOUT = 10.0
"""Seconds that an answer may take."""

SHORT_PAUSES = (0.5, 2.0)
"""Seconds before a question is asked again, where somebody waits for the answer."""

PAUSES = (1.0, 3.0, 10.0, 20.0)
"""The same where W&B may be away for a while, as the task has no second try."""

PAGE = 100
MOST_RUNS = 20_000
LARGEST = 256 << 20
"""Bytes of an answer."""

OVER = ("FINISHED", "CANCELED", "STOPPED")
"""States of a sweep that starts no further run."""

STATE = """
query GetSweepState($entity: String, $project: String, $sweep: String!) {
    project(name: $project, entityName: $entity) { sweep(sweepName: $sweep) { id state } }
}"""

SET_STATE = """
mutation UpsertSweep($id: ID, $state: String, $entityName: String, $projectName: String) {
    upsertSweep(input: {id: $id, state: $state, entityName: $entityName, projectName: $projectName}) {
        sweep { name }
    }
}"""


class WandbError(Exception):
    """W&B did not do what it was asked to; one sentence."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(" ".join(message.split())[:500])
        self.status = status


class LostError(WandbError):
    """There was no answer, so that nobody knows whether the request had an effect."""


class Server:
    """W&B, for one key. `app` is where people look at what is there."""

    def __init__(self, url: str, app: str, key: str, pauses: Sequence[float]) -> None:
        self._pauses = pauses
        self.app = app.rstrip("/")
        self._url = url.rstrip("/")
        self._host = urlsplit(url).netloc
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(f"api:{key}".encode()).decode(),
            "Content-Type": "application/json",
            "User-Agent": "runner",
        }
        self._context = _certificates() if url.startswith("https:") else None

    def change(self, document: str, **variables: Any) -> dict[str, Any]:
        """Sends a mutation, once, and returns its data. Raises WandbError, and LostError."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        request = urllib.request.Request(f"{self._url}/graphql", body, self._headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT, context=self._context) as answer:
                content = answer.read(LARGEST)
        except urllib.error.HTTPError as error:
            raise self._refused(error) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise LostError(f"W&B at {self._host} cannot be reached: {_why(error)}") from None
        return self._data(content)

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a query, asked again where there was no answer. Raises WandbError."""
        for pause in self._pauses:
            try:
                return self.change(document, **variables)
            except LostError:
                time.sleep(pause)
        return self.change(document, **variables)

    def _data(self, content: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(content)
            data, errors = answer.get("data"), answer.get("errors")
        except (ValueError, AttributeError, RecursionError):
            raise WandbError(f"what answers at {self._host} is not W&B") from None
        if errors:
            raise WandbError(f"W&B says: {_messages(errors)}")
        if not isinstance(data, dict):
            raise WandbError(f"what answers at {self._host} is not W&B")
        return data

    def _refused(self, error: urllib.error.HTTPError) -> WandbError:
        try:
            said = _messages(json.loads(error.read(1 << 16))["errors"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            said = str(error.reason)
        if error.code == 401:
            return WandbError(f"W&B at {self._host} does not accept the key in WANDB_API_KEY", 401)
        if error.code >= 500 or error.code in (408, 429):
            return LostError(f"W&B at {self._host} fails with HTTP {error.code}: {said}", error.code)
        return WandbError(f"W&B says: {said}", error.code)


def connect(pauses: Sequence[float] = PAUSES) -> Server:
    """The server of this environment. Raises WandbError where the key or W&B's client is missing."""
    key = os.environ.get("WANDB_API_KEY", "").strip()
    if not key:
        raise WandbError("there is no WANDB_API_KEY in the environment: name it under `secrets`")
    url, app = (os.environ.get(name) for name in ("WANDB_BASE_URL", "WANDB_APP_URL"))
    if not url or not app:
        try:
            import wandb
        except ImportError:
            raise WandbError("the image has no wandb: add it to `image.pip`") from None
        settings = wandb.Settings(base_url=url) if url else wandb.Settings()
        url, app = settings.base_url, app or settings.app_url
    return Server(url, app, key, pauses)


def runs(
    server: Server, sweep: Mapping[str, Any], fields: str, names: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The runs of a sweep, or those with these ids, oldest first, each with these fields.

    There are MOST_RUNS at most. Raises WandbError.
    """
    if names is not None and not names:
        return
    document = f"""
    query Runs($entity: String!, $project: String!, $filters: JSONString, $cursor: String, $perPage: Int) {{
        project(name: $project, entityName: $entity) {{
            runs(filters: $filters, after: $cursor, first: $perPage, order: "+created_at") {{
                edges {{ node {{ {fields} }} }}
                pageInfo {{ endCursor hasNextPage }}
            }}
        }}
    }}"""
    place = {"entity": sweep["entity"], "project": sweep["project"], "perPage": PAGE}
    wanted: list[dict[str, Any]] = [{"sweep": sweep["id"]}]
    if names is not None:
        wanted.append({"name": {"$in": list(names)}})
    cursor, seen = None, 0
    while seen < MOST_RUNS:
        answer = server.ask(document, filters=json.dumps({"$and": wanted}), cursor=cursor, **place)
        page = (answer.get("project") or {}).get("runs") or {"edges": [], "pageInfo": {}}
        for edge in page["edges"]:
            seen += 1
            yield edge["node"]
        cursor = page["pageInfo"].get("endCursor")
        if not page["pageInfo"].get("hasNextPage"):
            return


def state_of(server: Server, sweep: Mapping[str, Any]) -> str:
    """The state of the sweep. Raises WandbError where there is none."""
    return str(_state(server, sweep)["state"])


def end_sweep(server: Server, sweep: Mapping[str, Any]) -> None:
    """Tells W&B that the sweep starts no further run. Raises WandbError."""
    found = _state(server, sweep)
    if found["state"] not in OVER:
        place = {"entityName": sweep["entity"], "projectName": sweep["project"]}
        server.change(SET_STATE, id=found["id"], state="FINISHED", **place)


def _state(server: Server, sweep: Mapping[str, Any]) -> dict[str, Any]:
    answer = server.ask(STATE, entity=sweep["entity"], project=sweep["project"], sweep=sweep["id"])
    found = (answer.get("project") or {}).get("sweep")
    if not found:
        raise WandbError(
            f"there is no sweep {sweep['entity']}/{sweep['project']}/{sweep['id']} at W&B any more"
        )
    return dict(found)


def address(server: Server, sweep: Mapping[str, Any], kind: str, name: str) -> str:
    """Where a person looks at a sweep (`sweeps`) or a run (`runs`) of its project."""
    return "/".join([server.app, quote(sweep["entity"]), quote(sweep["project"]), kind, quote(name)])


def told() -> dict[str, Any]:
    """What the plan says: `settings.json` beside this file."""
    return dict(json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8")))


def write_json(name: str, document: Mapping[str, Any]) -> None:
    """Writes a document into the output folder."""
    text = json.dumps(document, indent=1, allow_nan=False)
    Path(os.environ["RUNNER_OUTPUT_DIR"], name).write_text(text + "\n", encoding="utf-8")


def finite(value: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def finish(program: Callable[[], None]) -> NoReturn:
    """Runs a program to its exit code; what W&B did not do is said in one sentence."""
    try:
        program()
    except WandbError as error:
        give_up(str(error))
    except (LookupError, TypeError, AttributeError) as error:
        give_up(f"an answer of W&B is not understood: {type(error).__name__}: {error}")
    sys.exit(0)


def give_up(sentence: str) -> NoReturn:
    """Says why, and ends the process at once, whatever thread it is called from."""
    print(sentence, file=sys.stderr, flush=True)
    os._exit(1)


def at_most(seconds: float, sentence: str) -> threading.Timer:
    """Gives up with this sentence after some seconds, unless it is cancelled before.

    The system may look for a host for longer than any timeout of a connection says.
    """
    timer = threading.Timer(seconds, give_up, [sentence])
    timer.daemon = True
    timer.start()
    return timer


def _certificates() -> ssl.SSLContext:
    """What the system trusts, and what comes with W&B's client, as small images have nothing else."""
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(certifi.where())
    return context


def _messages(errors: Any) -> str:
    return "; ".join(str(error["message"]) for error in errors[:5])


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError | socket.timeout):
        return f"no answer within {TIMEOUT:g} seconds"
    return str(getattr(reason, "strerror", None) or reason)
