import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.pipeline.price_table import with_prices

PRICES = {"dated": "2026-11-20", "source": "Modal's rates", "cpu_core_second": 0.000013138889}
GPUS = {"T4": 0.000163888889, "A100-80GB": 0.000694444444}

# Pieces of a settings file; each may stand in any order, once.
PIECES = [
    '# our settings\n\n[limits]   # sizes\nfile_size = "1MiB"\n',
    '[policy]\ngpus = [\n  "T4", # ]\n  # [prices]\n  "L4",\n]\n\n# what needs a person\n',
    "[policy.approval]\r\nusd = 5.5\r\n",
    '[modal]\nsecrets = {WANDB_API_KEY = "wandb"}\n',
    "[odd]\ntext = \"\"\"\n[prices]\ncpu_core_second = 1\n\"\"\"\nraw = '''\n[prices.gpu_second]'''\n",
    '[[list]]\n"a = b" = 1\n[[list]]\nc.d = 2\n',
]
OURS = [
    "",
    "[prices]   # ours\n# by contract\ncpu_core_second = 1.5e-5  # since May\nregion_multiplier = 1.25\n",
    '[prices]\ndated = "2020" # old\nmemory_gib_second = 0.5\n[prices.gpu_second]\nT4 = 1 # dear\nX9 = 2\n',
    "[prices.gpu_second]\n'T4' = 0.25\nX9 = 2\n",
    "[prices]\ngpu_second = {X9 = 2, T4 = 0.1}\n",
    "[prices]\ngpu_second.T4 = 0.1\ngpu_second.X9 = 0.1234567890123456789\n",
    "[prices]\n",
]


def merged(text: str) -> dict[str, object]:
    """What the file should say afterwards."""
    table = tomllib.loads(text)
    ours = table.pop("prices", {})
    gpus = {**ours.pop("gpu_second", {}), **GPUS}
    return {**table, "prices": {**ours, **PRICES, "gpu_second": gpus}}


files = st.tuples(st.permutations(PIECES), st.integers(0, len(PIECES)), st.sampled_from(OURS)).map(
    lambda drawn: "".join([*drawn[0][: drawn[1]], drawn[2], *drawn[0][drawn[1] :]])
)


@given(files)
def test_the_prices_are_in_and_every_other_setting_is_as_it_was(text: str) -> None:
    assert tomllib.loads(with_prices(text, ("prices",), PRICES, GPUS)) == merged(text)


@given(files)
def test_comments_and_their_order_stay(text: str) -> None:
    made = with_prices(text, ("prices",), PRICES, GPUS)
    comments = [line.partition("#")[2] for line in text.split("\n") if "#" in line]
    assert [line.partition("#")[2] for line in made.split("\n") if "#" in line] == comments


@given(files)
def test_writing_them_twice_changes_nothing_more(text: str) -> None:
    made = with_prices(text, ("prices",), PRICES, GPUS)
    assert with_prices(made, ("prices",), PRICES, GPUS) == made


@given(st.text(max_size=60))
def test_any_text_that_is_toml_keeps_what_it_says(text: str) -> None:
    try:
        before = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError):
        return
    if "prices" not in before:
        assert tomllib.loads(with_prices(text, ("prices",), PRICES, GPUS)) == merged(text)


def test_an_empty_file_gets_both_tables() -> None:
    assert with_prices("", ("prices",), {"dated": "2026-11-20"}, {"T4": 0.00016}) == (
        '[prices]\ndated = "2026-11-20"\n\n[prices.gpu_second]\nT4 = 0.00016\n'
    )


def test_a_table_of_pyproject_is_found_by_its_whole_name() -> None:
    text = "[tool.runner.prices]\ncpu_core_second = 1.0\n[prices]\ncpu_core_second = 2.0\n"
    made = with_prices(text, ("tool", "runner", "prices"), {"cpu_core_second": 3.0}, {})
    assert made == text.replace("1.0", "3.0")


def test_a_file_without_a_last_newline_gets_one() -> None:
    assert with_prices("[prices]\ndated = 'x'", ("prices",), {"source": "y"}, {}) == (
        "[prices]\ndated = 'x'\nsource = \"y\"\n"
    )


def test_lines_end_as_those_of_the_file_do() -> None:
    made = with_prices("[prices]\r\n", ("prices",), PRICES, GPUS)
    assert made.count("\n") == made.count("\r\n")


def test_a_table_that_leaves_no_room_is_refused_with_the_way_out() -> None:
    text = "[tool]\nrunner = {backend = 'local', prices = {cpu_core_second = 1.0}}\n"
    with pytest.raises(InputError) as caught:
        with_prices(text, ("tool", "runner", "prices"), PRICES, GPUS, "pyproject.toml")
    assert caught.value.place == "pyproject.toml"
    assert "[tool.runner.prices.gpu_second]" in caught.value.fix
