"""Comments as commands."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.workflows.commands import Command, meant_for_us, read_command

SHA = "ab" * 20


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/plan", Command(verb="plan")),
        ("/plan greet jobs/a.yaml greet", Command(verb="plan", jobs=("greet", "jobs/a.yaml"))),
        ("/run", Command(verb="run")),
        (
            f"/run greet --set spec.seed=7 --set='spec.env.A=b c' --only run/* --no-deploy {SHA}",
            Command(
                verb="run",
                jobs=("greet",),
                overrides=("spec.seed=7", "spec.env.A=b c"),
                only=("run/*",),
                deploy=False,
                commit=SHA,
            ),
        ),
        ("/cancel", Command(verb="cancel")),
        ("/cancel latest", Command(verb="cancel")),
        ("/remove web api web", Command(verb="remove", jobs=("web", "api"))),
        ("/Retry 20261120-1504\r\n\r\nPlease.", Command(verb="retry", run="20261120-1504")),
    ],
)
def test_the_first_line_is_read_as_a_shell_would_split_it(line: str, command: Command) -> None:
    assert meant_for_us(line)
    assert read_command(line) == command


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Nice!",
        " /run",
        "Try /run",
        "> /run",
        "/rebase",
        "/assign @ada",
        "/r",
        "/",
        "//run",
        "/run2",
        "/running-late",
        "/runs/1",
    ],
)
def test_what_is_not_ours_is_left_alone(body: str) -> None:
    assert not meant_for_us(body)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/plann", 'there is no command "/plann"'),
        ("/cancle 2026", 'there is no command "/cancle"'),
        ("/run --upload-pack=touch greet", '"--upload-pack" is no option of /run'),
        ("/run --sett a=b", "did you mean --set?"),
        ("/run -x", '"-x" is no option of /run'),
        ("/run -- greet", '"--" is no option of /run'),
        ("/run --set", "--set says nothing"),
        ("/run --set seed", '"seed" is not PATH=VALUE'),
        ("/run --set a=\x1b[2Jb", "is not PATH=VALUE"),
        ("/run 'greet", "a quotation mark is not closed"),
        (f"/run {SHA} {'cd' * 20}", "names more than one commit"),
        ("/run " + " ".join(map(str, range(21))), "names more than 20 jobs"),
        ("/run " + "x" * 2_000, "longer than 2,000 characters"),
        ("/plan --set a=b", '"--set" is no option of /plan'),
        ("/cancel a b", "does not name one run"),
        ("/cancel --yes", '"--yes" is no option of /cancel'),
        ("/retry ../x", "does not name one run"),
        ("/remove", "it names no service"),
        ("/remove jobs/web.yaml", '"jobs/web.yaml" is no name of a service'),
        ("/remove --all", '"--all" is no option of /remove'),
    ],
)
def test_what_is_misspelt_is_answered_with_how_it_is_written(line: str, said: str) -> None:
    assert meant_for_us(line)
    with pytest.raises(InputError) as refused:
        read_command(line)
    assert said in str(refused.value)
    assert refused.value.fix.startswith("/")


@given(st.text(max_size=80))
def test_whatever_follows_a_command_is_understood_or_refused_on_one_line(rest: str) -> None:
    line = f"/run {rest}"
    assert meant_for_us(line)
    try:
        command = read_command(line)
    except InputError as error:
        assert str(error).isprintable()
    else:
        assert not any(name.startswith("-") for name in command.jobs)


names = st.text("abc-$(`'\" ./*", min_size=1, max_size=9).filter(lambda text: not text.startswith("-"))


@given(
    st.lists(names, max_size=3, unique=True),
    st.lists(names, max_size=2),
    st.lists(names, max_size=2),
    st.booleans(),
)
def test_the_line_to_write_asks_for_the_same(
    jobs: list[str], values: list[str], only: list[str], deploy: bool
) -> None:
    overrides = tuple(f"spec.x={value}" for value in values)
    command = Command(
        verb="run", jobs=tuple(jobs), overrides=overrides, only=tuple(only), deploy=deploy, commit=SHA
    )
    assert read_command(command.line(SHA)) == command
    assert shlex.split(command.line(SHA))[0] == "/run"
