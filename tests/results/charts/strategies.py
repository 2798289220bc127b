"""Any charts that a program might make us draw."""

from hypothesis import strategies as st

from runner.results.model import Axis, Bar, BarChart, LineChart, ParallelChart, Series

_signs = st.sampled_from(
    ['"', "```", "\n", "%%{init: {}}%%", "#35;", "&lt;", "<b>", "[", "]", "{", "}", "-->", "---\n", "line"]
)
texts = st.text(max_size=99) | st.lists(_signs, max_size=5).map("".join)
numbers = st.floats(allow_nan=True, allow_infinity=True)
points = st.lists(st.tuples(numbers, numbers), max_size=30).map(tuple)
line_charts = st.builds(
    LineChart, texts, texts, texts, texts,
    st.lists(st.builds(Series, texts, points, st.booleans()), max_size=20).map(tuple),
)  # fmt: skip
bar_charts = st.builds(
    BarChart, texts, texts, texts,
    st.lists(
        st.builds(Bar, texts, numbers, st.none() | numbers, st.none() | numbers), max_size=20
    ).map(tuple),
    st.none() | numbers,
)  # fmt: skip
axes = st.builds(Axis, texts, numbers, numbers, st.booleans(), st.lists(texts, max_size=12).map(tuple))
parallel_charts = st.builds(
    ParallelChart, texts, texts, st.lists(axes, max_size=12).map(tuple),
    st.lists(st.lists(st.none() | numbers, max_size=13).map(tuple), max_size=20).map(tuple),
    st.none() | st.integers(-2, 25), st.booleans(),
)  # fmt: skip
any_chart = st.one_of(line_charts, bar_charts, parallel_charts)
