"""Dispatches to the commands, and turns every error into one sentence, a fix and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from typing import Any

import click

from runner import __version__
from runner.cli.lazy import LazyCommands
from runner.cli.terminal import colour, silence_output
from runner.errors import (
    EXIT_BUG,
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_PROVIDER,
    ProviderError,
    RunnerError,
)

# Commands whose names cannot be those of modules.
MODULES: dict[str, str] = {"import": "importing"}

# In the order of `runner --help`: what a person does first stands first.
COMMANDS: dict[str, str] = {
    "init": "Write a manifest that validates and runs.",
    "import": "Write the manifest that a configuration file describes.",
    "validate": "Check manifests against the schema and the lint rules.",
    "plan": "Show what a job would run and what it may cost.",
    "run": "Run a job, the whole way to a pull request.",
    "launch": "Start jobs at a provider, and return at once.",
    "collect": "Bring launched runs home, and open their pull requests.",
    "status": "List all runs, or show one.",
    "logs": "Print what a task printed.",
    "cancel": "End a run and keep what it has.",
    "retry": "Finish an interrupted run, or try its failed tasks again.",
    "results": "List, show or download results.",
    "weights": "Follow a weight file through its runs, or roll it back.",
    "prices": "Show what resources cost, or take over the provider's current prices.",
    "billing": "Show what the provider billed, by job or run.",
    "service": "Ask a service, and look after those that are deployed.",
    "doctor": "Check everything that runs depend on.",
    "reap": "List what is left over at the provider, and stop it.",
    "schema": "Print the JSON Schema of manifests.",
    "explain": "Explain a lint rule.",
    "completion": "Print shell completion.",
    "github": "What the workflows of GitHub call.",
}

MACHINE_FAULTS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.EIO,
        errno.EMFILE,
        errno.ENOMEM,
    }
)

EPILOG = """\b
Examples:
  runner init Command my-job
  runner validate
  runner plan jobs/my-job.yaml
  runner run jobs/my-job.yaml
"""


@click.group(
    cls=LazyCommands,
    package="runner.cli",
    listed=COMMANDS,
    modules=MODULES,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="runner %(version)s")
def cli() -> None:
    """Commit a job manifest, push, and review a pull request with trained weights."""


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and returns the exit code (they are listed in docs/run-a-job.md)."""
    try:
        result: Any = cli.main(
            args=list(arguments), prog_name="runner", standalone_mode=False, color=colour()
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else EXIT_OK
    except click.exceptions.Exit as error:
        return error.exit_code
    except SystemExit:
        # click's answer to a reader that went away (a pager, `head`): it has what it wanted.
        silence_output()
        return EXIT_OK
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return EXIT_INPUT
    except RunnerError as error:
        show_error(error, as_json="--json" in arguments)
        return error.exit_code
    except BrokenPipeError:
        silence_output()
        return EXIT_OK
    except Exception as error:  # whatever is left is a bug of ours, unless the machine refused
        if isinstance(error, OSError) and error.errno in MACHINE_FAULTS:
            silence_output()
            show_error(_machine_fault(error), as_json="--json" in arguments)
            return EXIT_PROVIDER
        return _report_bug(error, arguments)


def _machine_fault(error: OSError) -> ProviderError:
    fix = "free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "see to it"
    return ProviderError(
        "machine",
        f"the machine refused: {error.strerror}",
        place=str(error.filename or ""),
        fix=f"{fix}, then run the same command again (an interrupted run goes on with: runner retry)",
    )


def show_error(error: RunnerError, *, as_json: bool) -> None:
    """One sentence, the place and the fix on standard error; for programs, JSON on standard output."""
    from runner.manifest.finding import ManifestError

    if as_json:
        import json

        details = {"code": error.code, "message": error.message, "place": error.place, "fix": error.fix}
        click.echo(json.dumps({"error": details}))
    if isinstance(error, ManifestError):
        from runner.lint.formats import renderer
        from runner.lint.validate import Checked

        checked = Checked(1, list(error.findings), error.sources)
        click.echo(renderer("text")(checked), err=True, color=colour())
        return
    click.secho(f"error[{error.code}]: ", fg="red", bold=True, nl=False, err=True, color=colour())
    click.echo(str(error), err=True)
    if error.fix:
        click.echo(f"  fix: {error.fix}", err=True)


def _report_bug(error: Exception, arguments: Sequence[str]) -> int:
    import platform
    import tempfile
    import traceback

    report = (
        f"runner {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"command: {' '.join(arguments[:1])}\n\n{''.join(traceback.format_exception(error))}"
    )
    with tempfile.NamedTemporaryFile("w", prefix="runner-bug-", suffix=".txt", delete=False) as file:
        file.write(report)
    click.secho("error[bug]: ", fg="red", bold=True, nl=False, err=True, color=colour())
    click.echo(f"this is a bug of ours: {type(error).__name__}: {error}", err=True)
    click.echo(f"  fix: please open an issue with the report in {file.name}", err=True)
    return EXIT_BUG
