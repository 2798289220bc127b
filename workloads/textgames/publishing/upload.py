"""Uploads a folder to the Hugging Face hub, in a process of its own: `python -m …upload NAME FOLDER JOB`.

The last line of its output is the place as JSON; of stderr, where it fails, the reason.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from msgspec import json

from workloads.textgames.publishing.record import Place, PublishError, one_line

SILENCE: Final = 120.0
"""Seconds without a byte from the hub after which a request is given up."""


def upload(name: str, folder: Path, job: str) -> Place:
    """Puts the files into a commit of the repository, which is made, and private, where there is none.

    Raises PublishError.
    """
    from huggingface_hub import HfApi, get_session, get_token
    from huggingface_hub.errors import HfHubHTTPError

    if get_token() is None:
        raise PublishError("nobody is logged in; name HF_TOKEN under secrets")
    get_session().timeout = SILENCE  # by itself the client would wait for ever
    api = HfApi()
    run = os.environ.get("RUNNER_RUN_ID", "by hand")
    try:
        api.create_repo(name, private=True, exist_ok=True)
        done = api.upload_folder(repo_id=name, folder_path=folder, commit_message=f"{job}, run {run}")
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403, 404):
            raise PublishError("HF_TOKEN is not one that may write there") from None
        raise PublishError(f"the hub answered {status}: {error.server_message or one_line(error)}") from None
    except Exception as error:
        raise PublishError(one_line(error)) from None
    return Place(
        kind="huggingface",
        name=name,
        version=done.oid,
        url=f"{api.endpoint}/{name}/tree/{done.oid}",
        get=f"hf download {name} --revision {done.oid}",
    )


def main() -> int:
    """Upload, and say where."""
    name, folder, job = sys.argv[1:]
    try:
        place = upload(name, Path(folder), job)
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.encode(place).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
