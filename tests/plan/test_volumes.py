import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.manifest.common import Common
from runner.plan.volumes import mounted, volume_name, wrong_path


def test_placeholders_are_filled_from_the_spec_and_the_job() -> None:
    spec = Common(volumes={"/a": "${experiment}-${experimenter}"}, experimenter="alice")
    assert mounted(spec, "train") == {"/a": "train-alice"}


def test_an_experiment_of_its_own_stands_before_the_jobs_name() -> None:
    assert mounted(Common(volumes={"/a": "${experiment}"}, experiment="opening"), "train") == {
        "/a": "opening"
    }


def test_an_experimenter_that_nobody_named_is_refused_with_the_way_to_name_one() -> None:
    with pytest.raises(InputError, match=r"spec\.experimenter is not set") as caught:
        mounted(Common(volumes={"/a": "games-${experimenter}"}), "train")
    assert caught.value.place == "train"
    assert "--set spec.experimenter=alice" in caught.value.fix


@given(st.text(), st.text())
def test_whatever_the_text_a_name_is_one_that_the_provider_takes(text: str, value: str) -> None:
    try:
        name = volume_name(text, {"experimenter": value, "experiment": None})
    except InputError as error:
        assert error.fix
    else:
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name)


@given(st.text(alphabet="/.abtmp\n ", max_size=12))
def test_a_path_that_is_let_through_is_absolute_and_the_shortest(path: str) -> None:
    if not wrong_path(path):
        assert re.fullmatch(r"(/[^/\n]+)+", path)
        assert not {".", ".."} & set(path.split("/"))
        assert path.split("/")[1] != "tmp"
