"""Modal as the pipeline sees it, where services stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from runner.backends.modal import apps
from runner.backends.modal.access import require_access, require_plan
from runner.backends.modal.client import ask, require_reachable
from runner.backends.modal.deployment import REPOSITORY_TAG, refusal, require_short, tag
from runner.backends.modal.images import Pinned
from runner.backends.modal.names import SERVE, order_file, repository_file, service_app
from runner.backends.modal.noting import noted
from runner.backends.modal.service_app import COMMIT_TAG, HELD_TAG, VERSION_TAG, app, order, service_of
from runner.backends.modal.transfer import Store, archived, upload_once
from runner.backends.modal.troubles import provider_errors
from runner.engine.host import Release, Standing
from runner.errors import InputError
from runner.plan.model import Plan
from runner.settings import Settings

_COMMIT_DIGITS: Final = 32
"""Of the commit in a deployment's tag, of which the provider takes 50 characters."""

_RELEASE: Final = re.compile(r"([0-9a-f]{16})-([0-9a-f]{32})")


class ModalHost:
    """See `runner.engine.host.Host`. Nothing is asked of the provider until a method is called."""

    def __init__(self, settings: Settings, repository: str) -> None:
        """`settings` are those of the repository; its name tells its services from those of others."""
        self._repository = repository
        self._settings = settings.modal
        self._wake = settings.github.wake
        self._code = Store(settings.modal, "code")

    def require(self, plan: Plan) -> None:
        """Asks for access, environment, secrets, and whose the name is; a request for each."""
        require_short(service_app(self._settings.prefix, plan.job))
        require_access(self._settings)
        require_plan(self._settings, plan, self._wake)
        self._require_own(plan.job)

    def deploy(
        self,
        plan: Plan,
        version: str,
        write_snapshot: Callable[[Path], None],
        write_repository: Callable[[Path], None],
        note: Callable[[str], None],
        held: str = "",
    ) -> Standing:
        """Uploads the code once per git tree, then makes the app stand, rolling from the former one."""
        from modal.exception import Error

        require_reachable()
        name = service_app(self._settings.prefix, plan.job)
        with archived(write_snapshot) as archive, archived(write_repository) as archive_repository:
            with noted(note, "bringing the code to Modal"):
                self._bring(plan, version, archive, archive_repository)
            waiting = "Modal is building what the service runs in; the first time takes minutes"
            with closing(Pinned(archive)) as pinned, noted(note, waiting), provider_errors(f"app {name}"):
                made = app(self._settings, self._repository, plan, version, pinned, held)
                label = f"{version}-{plan.source.commit[:_COMMIT_DIGITS]}"
                try:
                    made.deploy(environment_name=self._environment, tag=label)
                except Error as error:
                    raise refusal(error, plan) or error from None
        return Standing(
            job=plan.job,
            app=name,
            url=self._url(name),
            version=version,
            commit=plan.source.commit,
            held=held,
        )

    def standing(self) -> list[Standing]:
        """One request, and three for each service. One that is being deployed first does not stand yet."""
        require_reachable()
        found = []
        for one in self._apps(self._prefix):
            tags = apps.tags(one.app_id)
            if tags.get(REPOSITORY_TAG) == tag(self._repository) and (url := self._url(one.name)):
                standing = Standing(
                    job=one.name.removeprefix(self._prefix),
                    app=one.name,
                    url=url,
                    version=tags.get(VERSION_TAG, ""),
                    commit=tags.get(COMMIT_TAG, ""),
                    held=tags.get(HELD_TAG, ""),
                    containers=one.containers,
                )
                found.append(standing)
        return found

    def releases(self, job: str) -> list[Release]:
        """Two requests. Deployments that were not made by the runner are left out."""
        from modal_proto import api_pb2

        require_reachable()
        name = service_app(self._settings.prefix, job)
        found = list[Release]()
        for one in self._apps(name):
            if one.name == name:
                with provider_errors(f"app {name}"):
                    request = api_pb2.AppDeploymentHistoryRequest(app_id=one.app_id)
                    answer = ask("AppDeploymentHistory", request)
                found += [release for each in answer.app_deployment_histories if (release := _release(each))]
        return sorted(found, key=lambda release: -release.deployed)

    def remove(self, job: str) -> None:
        """Stops the service's app. Raises InputError where it is another repository's."""
        require_reachable()
        self._require_own(job)
        name = service_app(self._settings.prefix, job)
        apps.end(self._settings.environment, name, f"the service {job}")

    @property
    def _environment(self) -> str | None:
        return self._settings.environment or None

    @property
    def _prefix(self) -> str:
        return service_app(self._settings.prefix, "")

    def _apps(self, prefix: str) -> list[apps.StandingApp]:
        """Those that are deployed: one whose first deployment was broken off is none."""
        return [one for one in apps.standing(self._settings.environment, prefix) if one.deployed]

    def _bring(
        self,
        plan: Plan,
        version: str,
        archive: Callable[[], Path],
        archive_repository: Callable[[], Path],
    ) -> None:
        """Sees to it that the code Volume holds all that a container reads there."""
        upload_once(self._code, plan.source.tree, archive)
        _, endpoint = service_of(plan)
        clone = f"/{plan.source.tree}/{repository_file(plan.source.commit)}"
        if endpoint.training and not self._code.files(clone):
            self._code.put({clone: archive_repository()})
        told = order(plan, self._repository, version)
        self._code.put({f"/{plan.source.tree}/{order_file(version)}": told})

    def _require_own(self, job: str) -> None:
        """Raises InputError where another repository's service has the name."""
        name = service_app(self._settings.prefix, job)
        for one in self._apps(name):
            if one.name != name:
                continue
            whose = apps.tags(one.app_id).get(REPOSITORY_TAG, "")
            if whose != tag(self._repository):
                raise InputError(
                    "service-taken",
                    f"the app {name} belongs to {whose or 'nobody that the runner knows'}",
                    place="metadata.name",
                    fix="choose another name, or another modal.prefix in runner.toml",
                )

    def _url(self, app: str) -> str:
        """Where a service answers; empty where it does not."""
        import modal
        from modal.exception import NotFoundError

        with provider_errors(f"app {app}"):
            web = modal.Function.from_name(app, SERVE, environment_name=self._environment)
            try:
                web.hydrate()
            except NotFoundError:
                return ""
            return web.get_web_url() or ""


def _release(history: Any) -> Release | None:
    """A deployment, of the provider's history; None where the runner did not make it."""
    found = _RELEASE.fullmatch(history.tag)
    if found is None:
        return None
    return Release(
        version=found[1], commit=found[2], deployed=float(history.deployed_at), by=history.deployed_by
    )
