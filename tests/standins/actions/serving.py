"""A GitHub for one person: a repository, its workflows at work all the time, and a Modal for its jobs."""

from __future__ import annotations

import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.standins.actions.harness import Actions
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.news import News, line
from tests.standins.actions.pages import RunPages
from tests.standins.actions.prepared import equipped
from tests.standins.github.hub import Hub
from tests.standins.github.people import PERSON
from tests.standins.modal.client import Plane

BEAT = 0.2
SCHEDULE = 600.0
"""Seconds between two ticks of `collect`, as its file says."""
PATIENCE = 2.0
COLLECT = "collect.yml"
ROOT = Path(__file__).parents[3]
BROWSER = """\
github() {{ PYTHONPATH={root} {python} -m tests.standins.github.browser "$@"; }}
export -f github 2> /dev/null || true
"""
SETTINGS = 'backend = "modal"\n'
OTHER_BUSINESS = ".github/workflows/ci.yml"
"""It tests the runner itself, in many minutes."""
PASSWORDS = "SERVICE_PASSWORDS"
"""Services cannot be deployed without this secret of the Modal."""


class Service:
    """Works off what happens on the hub; `say` gets a line for everything."""

    def __init__(self, hub: Hub, actions: Actions, plane: Plane, say: Callable[[str], None]) -> None:
        self.hub = hub
        self.actions = actions
        self.plane = plane
        self.token = hub.token(PERSON)
        self._say = say
        self._news = News(hub, actions)
        self._pages = RunPages(hub, actions)
        self._working: set[str] = set()
        self._ticked = time.monotonic()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(act,)) for act in (self._work, self._tell)
        ]

    @property
    def environment(self) -> dict[str, str]:
        """What a person's shell needs: to clone, to use the API, and to reach the Modal."""
        place = {"GITHUB_CLONE_URL": self.hub.clone_url(self.token)}
        return {**self.plane.environment, **self.hub.environment(self.token), **place}

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends, and with it whatever workflow is at work."""
        self._stop.set()
        self.actions.close()
        for thread in self._threads:
            thread.join()

    def _repeat(self, act: Callable[[], None]) -> None:
        while not self._stop.wait(BEAT):
            act()

    def _work(self) -> None:
        """Runs what events started, and lets `collect` look whenever a run may have ended."""
        try:
            self._tick()
            self.actions.run_all(parallel=2)
        except (Mistake, Unsupported) as error:
            self._say(line("workflow", f"refused: {error}"))
        except OSError as error:
            if not self._stop.wait(PATIENCE):  # ^C reaches the Modal, too
                self._say(line("modal", f"it does not answer: {error}"))

    def _tick(self) -> None:
        working = {str(container["app"]) for container in self.plane.containers()}
        ended, self._working = self._working - working, working
        if ended or time.monotonic() - self._ticked > SCHEDULE:
            self._ticked = time.monotonic()
            self.actions.tick(COLLECT)

    def _tell(self) -> None:
        for text in self._news.lines():
            self._say(text)


@contextmanager
def serving(folder: Path, source: Path, plane: Plane, say: Callable[[str], None]) -> Iterator[Service]:
    """A service for the time of a `with`, whose repository begins with the HEAD of the checkout `source`."""
    with Hub.start(folder / "github", {}) as hub:
        hub.adopt(source)
        without = {} if hub.read(OTHER_BUSINESS) is None else {OTHER_BUSINESS: None}
        hub.push("main", {"runner.toml": SETTINGS, **without}, "Run jobs at the Modal beside it")
        plane.secret(PASSWORDS, {PASSWORDS: "nobody"})
        with equipped(hub, folder / "actions", plane.environment) as actions:
            service = Service(hub, actions, plane, say)
            service.start()
            try:
                yield service
            finally:
                service.stop()


def write_shell(path: Path, service: Service) -> None:
    """A file that makes a shell talk to the service, with a function for what is done in a browser."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in service.environment.items()]
    browser = BROWSER.format(root=shlex.quote(str(ROOT)), python=shlex.quote(sys.executable))
    path.write_text("".join(lines) + browser)
