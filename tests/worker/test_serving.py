"""The log of a service."""

from pathlib import Path

import pytest

from runner.worker.masking import Mask
from runner.worker.serving import EchoingLog


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_ends_no_service_and_what_it_says_is_still_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    log = EchoingLog(Path("/dev/full"), Mask([]))
    log.write(b"a request\n")
    log.write(b"another\n")
    log.close()
    assert capfd.readouterr().err == "a request\nanother\n"
