"""Which service a command asks, and with which password."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from runner.cli.service import completing

if TYPE_CHECKING:
    from runner.service_client import ServiceClient

Decorated = Callable[..., Any]


class Where(Struct, frozen=True, kw_only=True):
    """What was said of the service: `timeout` is of one request; with `save` the password is asked for."""

    url: str | None
    job: str | None
    timeout: str
    name: str | None = None
    save: bool = False


_OPTIONS = (
    click.option("--url", envvar="RUNNER_SERVICE_URL", help="The service's address, or RUNNER_SERVICE_URL."),
    click.option(
        "--job",
        metavar="NAME",
        shell_complete=completing.services,
        help="A deployed service, by its manifest.",
    ),
    click.option(
        "--timeout",
        metavar="DURATION",
        default="15m",
        show_default=True,
        help="The most that one request takes.",
    ),
)
_PASSWORD_OPTIONS = (
    click.option(
        "--name",
        envvar="RUNNER_SERVICE_NAME",
        help="The password's name, if it has one, or RUNNER_SERVICE_NAME.",
    ),
    click.option(
        "--save", is_flag=True, help="Ask for the password, and keep it in the keyring if it is right."
    ),
)


def open_options(function: Decorated) -> Decorated:
    """Options that name a service; they become the argument `where`."""
    return _packed(function, _OPTIONS)


def service_options(function: Decorated) -> Decorated:
    """The same, with those of the password."""
    return _packed(function, (*_OPTIONS, *_PASSWORD_OPTIONS))


def _packed(function: Decorated, options: tuple[Decorated, ...]) -> Decorated:
    @wraps(function)
    def packed(**given: Any) -> Any:
        fields = {name: given.pop(name) for name in Where.__struct_fields__ if name in given}
        return function(where=Where(**fields), **given)

    for option in reversed(options):
        packed = option(packed)
    return packed


@contextmanager
def reached(where: Where, *, password: bool = True) -> Iterator[ServiceClient]:
    """A client of the service; without a `password` none is looked for.

    Raises InputError where no service is named, and where no password is to be had.
    """
    from runner.cli.service.passwords import find, keep
    from runner.manifest.units import seconds
    from runner.service_client import ServiceClient, ServiceError
    from runner.service_client.address import base_address

    url = base_address(_address(where))
    try:
        timeout = seconds(where.timeout)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--timeout") from None
    found = find(url, where.name, ask=where.save) if password else None
    with ServiceClient(url, found.text if found else "", where.name, timeout=timeout) as client:
        try:
            yield client
        except ServiceError as error:
            if error.status == 401 and found is not None:
                error.fix = found.advice
            raise
    if where.save and found is not None:
        keep(url, where.name, found.text)


def _address(where: Where) -> str:
    from runner.errors import InputError

    if where.job is not None:
        source = click.get_current_context().get_parameter_source("url")
        if source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError("--url and --job name two services.")
        return address_of(where.job)
    if where.url:
        return where.url
    raise InputError(
        "no-service",
        "no service is named",
        fix="give --url (`runner run` serves at http://127.0.0.1:8000), or --job NAME for a deployed one",
    )


def address_of(job: str) -> str:
    """The address of a deployed service. Raises InputError where none of that name stands."""
    from runner.errors import InputError
    from runner.pipeline.drift import service_states
    from runner.pipeline.workspace import open_workspace
    from runner.wording import did_you_mean, shown

    name = Path(job).stem if job.endswith((".yaml", ".yml")) else job
    states = {state.job: state for state in service_states(open_workspace(Path.cwd()))}
    if name not in states:
        fix = did_you_mean(name, states) or "deploy one: runner launch JOB"
        raise InputError("unknown-service", f"there is no service {shown(name)}", fix=fix)
    if not states[name].url:
        why = states[name].why or f"the service {name} does not stand"
        raise InputError("service-missing", why, place=name, fix=f"deploy it: runner launch {name}")
    return states[name].url
