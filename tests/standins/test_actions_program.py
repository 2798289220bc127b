"""The hub, its workflows and a Modal as one program, for people without an account."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import ROOT, Checkout
from tests.standins.actions.conftest import job, pinned, workflow

COMMAND = [sys.executable, "-m", "tests.standins.actions", "--until-stdin-closes"]
GREET = job("echo Hello.", environment="runner-approval")


def until(lines: Iterator[str], text: str) -> str:
    """Reads the log up to a line that holds a text; that line."""
    return next(line for line in lines if text in line)


def test_a_person_tries_it(tmp_path: Path, checkout: Callable[..., Checkout]) -> None:
    files = {".github/workflows/greet.yml": pinned(workflow("pull_request", {"greet": GREET}))}
    shell = tmp_path / "github.env"
    command = [*COMMAND, "--source", str(checkout("mine", files=files).root), "--shell", str(shell)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        until(process.stdout, "In another terminal: source")
        assert shell.stat().st_mode & 0o077 == 0

        def person(line: str) -> str:
            script = f". {shell} && cd {tmp_path} && {line}"
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        push = "git commit -q --allow-empty -m 'Greet me' && git push -q origin HEAD:topic"
        person(f'git clone -q "$GITHUB_CLONE_URL" demo && cd demo && {push}')
        assert person("github pull topic").startswith("#1 http://127.0.0.1:")
        assert "#1 opened by ada: Greet me" in until(process.stdout, "pull request  ")
        waiting = until(process.stdout, "waits for you")
        assert person(waiting.partition("you: ")[2]) == "approved for runner-approval\n"
        address = until(process.stdout, "for pull_request: success").split()[-1]
        page = person(f'curl --silent --fail --user "x:$GITHUB_TOKEN" {address}')
        assert "Hello." in page
        process.stdin.close()
        assert process.wait(20) == 0
    assert not shell.exists()


def test_without_a_commit_to_begin_with_it_says_so(tmp_path: Path) -> None:
    command = [*COMMAND, "--source", str(tmp_path), "--shell", str(tmp_path / "github.env")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, input="")
    assert done.returncode == 1
    assert "is no git repository with a commit" in done.stderr
