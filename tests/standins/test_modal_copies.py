"""Two containers' copies of one Volume, against a model made of dictionaries."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standins.modal.contents import Contents
from tests.standins.modal.copies import WorkingCopy
from tests.standins.modal.tree import File, Tree, walk

Files = dict[str, str]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(["write", "write", "append", "remove", "commit", "reload"]),
        st.sampled_from(["a", "b/c", "b/d", "e/f/g"]),
        st.sampled_from(["", "one", "two"]),
    ),
    max_size=25,
)


class Model:
    """What a copy holds, and what it held when it last agreed with the Volume."""

    def __init__(self) -> None:
        self.now: Files = {}
        self.base: Files = {}

    def commit(self, committed: Files) -> None:
        for path, text in self.now.items():
            if self.base.get(path) != text:
                committed[path] = text
        for path in self.base.keys() - self.now.keys():
            committed.pop(path, None)
        self.base = dict(self.now)

    def reload(self, committed: Files) -> None:
        self.commit(committed)
        self.now, self.base = dict(committed), dict(committed)


class Both:
    """The real copies and their models."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.contents = Tree(), Contents(folder)
        self.committed: Files = {}
        self.models = [Model(), Model()]
        self.copies = [
            WorkingCopy(self.tree, self.contents, ("part",), folder / name, False) for name in ("one", "two")
        ]

    async def take(self, which: int, step: str, path: str, text: str) -> None:
        copy, model, file = self.copies[which], self.models[which], self.copies[which].folder / path
        if step in ("write", "append"):
            file.parent.mkdir(parents=True, exist_ok=True)
            model.now[path] = text + (model.now.get(path, "") if step == "append" else "")
            file.write_text(model.now[path])
        elif step == "remove":
            model.now.pop(path, None)
            file.unlink(missing_ok=True)
        else:
            copy.commit(await copy.changes())
            model.commit(self.committed)
            if step == "reload":
                await copy.refresh()
                model.reload(self.committed)

    def check(self) -> None:
        part = self.tree.find(("part",))
        nodes = {path: node for path, node in walk(part) if isinstance(node, File)}
        assert {
            path: self.contents.path(node.content).read_text() for path, node in nodes.items()
        } == self.committed
        assert self.tree.used == sum(map(len, self.committed.values()))
        for copy, model in zip(self.copies, self.models, strict=True):
            files = [file for file in copy.folder.rglob("*") if file.is_file()]
            assert {str(file.relative_to(copy.folder)): file.read_text() for file in files} == model.now


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_copies_do_as_the_model_does(steps: list[tuple[int, str, str, str]]) -> None:
    async def play() -> None:
        with TemporaryDirectory() as folder:
            both = Both(Path(folder))
            for copy in both.copies:
                await copy.take()
            for step in steps:
                await both.take(*step)
                both.check()

    asyncio.run(play())
