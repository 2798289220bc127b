"""What the guides show is true: commands run in the order shown, manifests validate, links lead somewhere."""

import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.standins.actions.serving import serving, write_shell
from tests.standins.modal.client import Plane
from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import Recorder, recorded

__all__ = ["recorded"]

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MANIFEST = re.compile(r"^```yaml\n(apiVersion:.*?)^```", re.MULTILINE | re.DOTALL)

# The guides whose Python is whole programs.
PROGRAMS = {"serve"}

# What sets up the clone in which everything else is run.
SETTING_UP = ("git clone https://", "make ", "source ")


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """Each command of the console blocks, with the lines of output that the guide shows, and each program."""
    found: list[tuple[str, list[str]]] = []
    for language, text in BLOCK.findall(page.read_text()):
        if language == "python":
            if page.stem in PROGRAMS:
                found.append((f"python - <<'PROGRAM'\n{text}PROGRAM", []))
            continue
        for line in text.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return [(command, shown) for command, shown in found if not command.startswith(SETTING_UP)]


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`runner` is the one that is installed beside this interpreter, whatever else the machine has."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip


def manifests() -> list[tuple[str, str]]:
    return [(page.name, text) for page in PAGES for text in MANIFEST.findall(page.read_text())]


@pytest.fixture
def modal_shell(plane: Plane) -> dict[str, str]:
    """What `make modal` writes, in the environment."""
    return plane.environment


@pytest.fixture
def github_shell(plane: Plane, clone: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What `make github` writes, which every shell reads first, while it is at work."""
    shell, log = clone / ".runner" / "github.env", list[str]()
    with serving(tmp_path / "service", clone, plane, log.append) as service:
        write_shell(shell, service)
        yield {"BASH_ENV": str(shell)}
        assert service.actions.leaks() == []
    print(*log, sep="\n")


@pytest.fixture
def serve_shell(clone: Path, recorded: Recorder) -> Iterator[dict[str, str]]:
    """The example service at work, whose model is played elsewhere, and how it is reached."""
    password = recorded.secret(secrets.token_urlsafe(18))
    entry = run("printenv PASSWORD | runner service hash --stdin", clone, PASSWORD=password).stdout
    recorded.hash(entry.strip().split(":", 2)[2])
    recorded.log(clone / ".runner")
    with OpenAIServer() as model:
        overrides = {"engine": "auto", "model": "perfect", "build": '["true"]', "endpoint.url": model.url}
        told = [word for name, value in overrides.items() for word in ("--set", f"spec.{name}={value}")]
        command = [sys.executable, "-m", "runner", "run", "jobs/service-textgames.yaml", "--port", "0", *told]
        environment = {**os.environ, "PYTHONPATH": str(clone), "SERVICE_PASSWORDS": entry}
        process = subprocess.Popen(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("serving service-textgames on "), line
            yield {"RUNNER_SERVICE_URL": line.split()[3], "RUNNER_SERVICE_PASSWORD": password}
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=40)


SHELLS = {"run-on-modal": "modal_shell", "github": "github_shell", "serve": "serve_shell"}


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=lambda path: path.stem)
def test_every_command_of_a_guide_works_in_the_order_shown(
    page: Path, clone: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = request.getfixturevalue(SHELLS[page.stem]) if page.stem in SHELLS else {}
    folder, where = clone, tmp_path / "where"
    for command, expected in steps(page):
        done = run(f"{command}\ncode=$?; pwd > '{where}'; exit $code", folder, **environment)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        for line in expected:
            assert line in done.stdout.splitlines(), f"$ {command}\n{done.stdout}{done.stderr}"
        folder = Path(where.read_text().removesuffix("\n"))


@pytest.mark.parametrize(("page", "text"), manifests(), ids=[page for page, _ in manifests()])
def test_every_manifest_that_a_guide_shows_validates(page: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "shown.yaml").write_text(text)
    done = run(f"runner validate {tmp_path / 'shown.yaml'}", ROOT)
    assert done.returncode == 0, f"{page}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_link_of_a_guide_leads_to_a_file_that_exists(page: Path) -> None:
    tokens = MarkdownIt().parse(page.read_text())
    links = [
        str(child.attrs["href"])
        for token in tokens
        for child in token.children or ()
        if "href" in child.attrs
    ]
    near = [link.partition("#")[0] for link in links if not link.startswith(("http:", "https:", "#"))]
    # `make bench` writes the benchmarks, so that they may be absent.
    missing = [link for link in near if not (page.parent / link).exists() and link != "docs/benchmarks.md"]
    assert not missing
