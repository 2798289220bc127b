import pytest

from runner.ledger.transport import failure
from runner.repository.reaching import Answer

GITHUB_403 = (
    "remote: Permission to team/project.git denied to github-actions[bot].",
    "fatal: unable to access 'https://github.com/team/project/': The requested URL returned error: 403",
)
PROTECTED = (
    "remote: error: GH006: Protected branch update failed for refs/heads/runner-ledger.",
    "remote: error: Changes must be made through a pull request.",
    "error: failed to push some refs to 'https://github.com/team/project'",
)
REJECTED = (
    "To https://github.com/team/project\n!\tabc:refs/heads/runner-ledger\t[remote rejected] ({})\nDone\n"
)
NO_LOGIN = ("fatal: could not read Username for 'https://github.com': terminal prompts disabled",)
NO_KEY = (
    "git@github.com: Permission denied (publickey).",
    "fatal: Could not read from remote repository.",
)
NO_HOST = ("fatal: unable to access 'https://github.com/': Could not resolve host: github.com",)
HUNG_UP = ("fatal: the remote end hung up unexpectedly",)


@pytest.mark.parametrize(
    ("lines", "output", "code", "words"),
    [
        (GITHUB_403, "", "ledger-push", "Permission to team/project.git denied"),
        (
            PROTECTED,
            REJECTED.format("protected branch hook declined"),
            "ledger-push",
            "GH006: Protected branch",
        ),
        ((), REJECTED.format("pre-receive hook declined"), "ledger-push", "pre-receive hook declined"),
        (NO_LOGIN, "", "ledger-push", "could not read Username"),
        (NO_KEY, "", "ledger-push", "Could not read from remote repository"),
        (NO_HOST, "", "ledger-unreachable", "Could not resolve host"),
        (HUNG_UP, "", "ledger-unreachable", "hung up"),
        (("fatal: something new",), "", "ledger-git", "something new"),
        ((), "", "ledger-git", "git ended with code 128"),
    ],
)
def test_what_a_remote_answers_is_told_with_what_to_do(
    lines: tuple[str, ...], output: str, code: str, words: str
) -> None:
    error = failure(Answer(128, output, lines), "push", "origin")
    assert error.code == code
    assert error.exit_code == 4
    assert words in error.message
    assert "\n" not in error.message
    assert error.fix


def test_the_words_of_a_remote_are_cut_short() -> None:
    assert len(failure(Answer(1, "", ("remote: " + "x" * 10_000,)), "push", "origin").message) < 400
