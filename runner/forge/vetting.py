"""What may be proposed at all."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from runner.errors import InputError
from runner.forge.base import Proposal
from runner.forge.paths import vet as vet_paths
from runner.repository.git import Repository

_JOB: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def vetted(repository: Repository, proposal: Proposal) -> Proposal:
    """The proposal with its base as a full commit id. Raises InputError for what cannot be proposed."""
    if not _JOB.fullmatch(proposal.job):
        raise InputError("proposal-job", "this is not the name of a job", place=proposal.job)
    vet_paths(proposal.files)
    base = repository.commit(proposal.base)
    if base is None:
        raise InputError(
            "proposal-base", "the repository has no such commit to build on", place=proposal.base
        )
    return replace(proposal, base=base)
