from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.manifest.document import parse
from runner.manifest.dump import dump

texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Cn")))
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts
scalars |= st.floats(allow_nan=False, allow_infinity=False)
documents = st.dictionaries(
    texts.filter(bool),
    st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20),
    min_size=1,
)


@given(documents)
def test_what_is_dumped_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    assert parse(dump(document).encode(), "jobs/x.yaml").value == document


@pytest.mark.parametrize(
    "text",
    [
        "3e-5",
        "1e3",
        "0o17",
        "null",
        "~",
        "",
        "<<",
        "True",
        "${matrix.lr}",
        "a\nb\n",
        "- x",
        "a\x85b\u2028c\n",
    ],
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert parse(dump({"value": text}).encode(), "jobs/x.yaml").value == {"value": text}
