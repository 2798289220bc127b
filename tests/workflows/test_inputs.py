"""What is asked for by hand or over HTTP: each mistake in one sentence, and nothing hostile gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.workflows.inputs import KNOWN, Asked, read_inputs, require_known


def test_everything_that_may_be_asked_for_is_understood() -> None:
    given_inputs = {
        "job": " skirmish-weights ",
        "overrides": "spec.seed=7\r\n\n  spec.env.A = b c=d \n",
        "only": "train/a\ntrain/*",
        "backend": "modal",
        "dry_run": "True",
        "no_deploy": "true",
        "count": "12",
    }
    assert read_inputs(given_inputs) == Asked(
        job="skirmish-weights",
        overrides=("spec.seed=7", "spec.env.A = b c=d", "spec.count=12"),
        only=("train/a", "train/*"),
        backend="modal",
        dry_run=True,
        deploy=False,
    )
    assert read_inputs({"job": "a", **dict.fromkeys(KNOWN[1:], "")}) == Asked(job="a")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "input job: it is missing"),
        ({"job": " \n"}, "input job: it is missing"),
        ({"job": "a" * 10_001}, "input job: it is longer than 10,000 characters"),
        ({"job": "a", "overrides": "spec.seed"}, 'input overrides: "spec.seed" is not PATH=VALUE'),
        ({"job": "a", "overrides": "=7"}, 'input overrides: "=7" is not PATH=VALUE'),
        ({"job": "a", "overrides": "a=\x1b[2J"}, "holds a control character"),
        ({"job": "a", "overrides": "a=1\n" * 101}, "input overrides: it has more than 100 lines"),
        ({"job": "a", "count": "0"}, 'input count: "0" is no whole number'),
        ({"job": "a", "count": "1e9"}, 'input count: "1e9" is no whole number'),
        ({"job": "a", "count": "-1"}, "is no whole number"),
        ({"job": "a", "count": "٣"}, "is no whole number"),
        ({"job": "a", "dry_run": "yes"}, 'input dry_run: "yes" is neither true nor false'),
    ],
)
def test_each_mistake_is_one_sentence_with_what_to_write(inputs: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_inputs(inputs)
    assert said in str(refused.value)
    assert refused.value.fix


def test_an_input_of_another_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError) as refused:
        require_known({"job": "a", "overides": "b"})
    assert refused.value.fix == "did you mean overrides?"
    require_known(dict.fromkeys(KNOWN, ""))


@given(st.dictionaries(st.sampled_from(KNOWN), st.text(max_size=60)))
def test_whatever_is_asked_is_either_understood_or_refused_on_one_line(inputs: dict[str, str]) -> None:
    try:
        asked = read_inputs(inputs)
    except InputError as error:
        assert str(error).isprintable()
    else:
        assert all(text.isprintable() for text in (*asked.overrides, *asked.only))
