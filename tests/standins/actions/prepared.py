"""Workflows that find all they need: a runner that is ready to be installed, and secrets for Modal.

`.github/actions/setup` restores a virtual environment with the pinned dependencies, and installs the runner
of its checkout into it. Downloading and building take tens of seconds for every job. Here the cache holds an
environment that sees the packages of the tests' Python, and a `pip` that puts the checkout on the path.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from tests.standins.actions.harness import Actions
from tests.standins.actions.secrecy import Gate
from tests.standins.actions.storing import Caches
from tests.standins.actions.tokens import App
from tests.standins.github.hub import Hub

MODAL = ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET")
KEYS = "runner-*"
PIP = '''"""Stands in for pip: what is asked for without an index is put on the path as it lies."""

import sys
from pathlib import Path

arguments = sys.argv[1:]
if arguments[:1] != ["install"] or "--no-index" not in arguments or "--no-deps" not in arguments:
    sys.exit(f"The pip of these tests only installs folders: {arguments}")
program = Path(arguments[-1]).resolve()
if not (program / "pyproject.toml").is_file():
    sys.exit(f"{program} is no project")
Path(__file__).parents[1].joinpath("0-program.pth").write_text(f"{program}\\n")
script = Path(sys.executable).parent / "runner"
script.write_text(f"#!{sys.executable} -P\\nfrom runner.__main__ import main\\n\\nmain()\\n")
script.chmod(0o755)
'''


def equipped(
    hub: Hub, folder: Path, modal: Mapping[str, str], *, app: App | None = None, enterprise: bool = False
) -> Actions:
    """The workflows of a repository whose jobs run at a Modal, set up as docs/github.md says.

    `modal` is what a client of it has in its environment. Secrets stand in the repository's environments.
    """
    secrets = {name: modal[name] for name in MODAL}
    actions = Actions(
        hub,
        folder,
        secrets={"RUNNER_APP_PRIVATE_KEY": app.key} if app else {},
        variables={"RUNNER_APP_ID": app.identifier} if app else {},
        environments={"runner": Gate(secrets), "runner-approval": Gate(secrets, protected=True)},
        environment={name: value for name, value in modal.items() if name not in MODAL},
        app=app,
        enterprise=enterprise,
    )
    seed_runner(actions.caches, folder)
    return actions


def seed_runner(caches: Caches, folder: Path) -> None:
    """Lets every job find its dependencies in the cache."""
    environment = folder / "runner"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    packages = next((environment / "lib").iterdir()) / "site-packages"
    own = sysconfig.get_path("purelib")
    (packages / "1-tests.pth").write_text(f"import site; site.addsitedir({own!r})\n")
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").touch()
    (packages / "pip" / "__main__.py").write_text(PIP)
    caches.seed(KEYS, [environment])
