"""`runner service hash`: asks without showing, and prints what the service reads."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from argon2 import PasswordHasher

from runner.repository.dotenv import dotenv
from runner.repository.git import Repository
from tests.conftest import ROOT, Checkout
from workloads.service.access.entries import entries

PASSWORD = "correct horse battery"


def piped(
    *arguments: str, said: bytes = PASSWORD.encode(), **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "runner", "service", "hash", *arguments]
    surroundings = {**os.environ, **environment}
    return subprocess.run(command, input=said, capture_output=True, cwd=ROOT, env=surroundings, timeout=60)


def typed(*lines: str) -> tuple[str, str]:
    """What it prints and what a terminal shows, when somebody types these lines at its prompts."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", "service", "hash", "--name", "alice"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    for line in lines:
        shown += until(ours, b": ")
        os.write(ours, line.encode() + b"\n")
    assert process.stdout is not None
    printed = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait(60) == 0
    shown += rest(ours)
    os.close(ours)
    return printed, shown.decode()


def until(terminal: int, wanted: bytes) -> bytes:
    got = b""
    deadline = time.monotonic() + 30
    while not got.endswith(wanted):
        assert select.select([terminal], [], [], deadline - time.monotonic())[0], got
        got += os.read(terminal, 1024)
    return got


def rest(terminal: int) -> bytes:
    got = b""
    while select.select([terminal], [], [], 0.2)[0]:
        try:
            got += os.read(terminal, 1024)
        except OSError:  # the other end is closed, and all is read
            break
    return got


def test_a_password_that_is_typed_twice_is_never_shown() -> None:
    printed, shown = typed(PASSWORD, "another one entirely", PASSWORD, PASSWORD)
    [entry] = entries(printed)
    assert entry.principal.name == "alice"
    assert PasswordHasher().verify(entry.hash, PASSWORD)
    assert "do not match" in shown
    assert "modal secret create" in shown
    assert not any(said in shown for said in (PASSWORD, "another one", "argon2id"))


def test_what_it_prints_is_an_entry_of_the_service() -> None:
    done = piped("--stdin", "--name", "bob", "--inference-only", said=f"{PASSWORD}\n".encode())
    [entry] = entries(done.stdout.decode())
    assert (entry.principal.name, entry.principal.scope) == ("bob", "inference")
    assert PasswordHasher().verify(entry.hash, PASSWORD)
    assert b"argon2id" not in done.stderr


def test_entries_pass_through_a_dotenv_file_as_they_are(project: Path) -> None:
    one = piped("--stdin").stdout.decode().strip()
    two = one.replace("team:all", "bob:inference")
    for line in (f"SERVICE_PASSWORDS='{one} {two}'", f"SERVICE_PASSWORDS={one} {two}"):
        Checkout(project).write({".env": line + "\n"})
        text = dotenv(Repository.find(project))["SERVICE_PASSWORDS"]
        assert text == f"{one} {two}"
        assert len(entries(text)) == 2


def test_a_password_that_is_easily_guessed_or_cannot_be_sent_is_refused() -> None:
    for said in (b"eleven-long", b"x" * 2000, b" spaces at the end ", b"\xff" * 20):
        done = piped("--stdin", said=said)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.startswith(b"error[")
        assert said not in done.stderr


def test_without_a_terminal_nobody_is_asked() -> None:
    done = piped()
    assert done.returncode == 2
    assert b"pipe it in, with --stdin" in done.stderr


def test_a_name_that_would_break_an_entry_is_refused() -> None:
    done = piped("--stdin", "--name", "a:b")
    assert done.returncode == 2
    assert b"--name: a name is" in done.stderr


def test_where_argon2_is_missing_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "argon2.py").write_text("raise ImportError")
    done = piped("--stdin", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert b"pip install 'runner[service]'" in done.stderr
    assert b"Traceback" not in done.stderr
