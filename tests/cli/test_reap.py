"""`runner reap`: lists, and stops only when it is told to."""

import json

from tests.cli.conftest import Provider


def test_what_is_named_is_listed_and_stopped_when_told_so(provider: Provider) -> None:
    assert provider.runner("reap").stdout == "nothing is left over\n"
    run = provider.launch("long")["run"]
    listed = provider.runner("reap", "--run", run)
    assert f"would stop {provider.prefix}-{run}: " in listed.stdout
    assert listed.stdout.endswith(f"; you named it\nnext: runner reap --run {run} --yes\n")
    (found,) = json.loads(provider.runner("reap", "--run", run, "--json").stdout)
    assert (found["run"], found["backend"]) == (run, "modal")
    stopped = provider.runner("reap", "--run", run, "--yes")
    assert (stopped.returncode, stopped.stdout.startswith(f"stopped {provider.prefix}-{run}")) == (0, True)
    assert json.loads(provider.runner("reap", "--run", run, "--json").stdout) == []
    assert f"{run}  cancelled" in provider.runner("status").stdout
