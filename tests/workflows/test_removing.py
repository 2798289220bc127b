"""What `/remove` is refused for, and that services are not run from pull requests."""

from tests.workflows.services import begin, serve, standing_services
from tests.workflows.works import Works


def test_a_service_that_is_wanted_or_does_not_stand_is_not_removed(works: Works) -> None:
    works.deploy(begin(works, "web"))
    works.push({"README.md": "More.\n"}, branch="topic")
    number = works.hub.open_pull("topic")
    works.push({"jobs/api.yaml": serve("api")})
    works.comment(number, "/remove web")
    assert "jobs/web.yaml on main asks for the service web" in works.replies(number)[-1]
    works.comment(number, "/remove nothing")
    assert "no service nothing stands" in works.replies(number)[-1]
    works.comment(number, "/remove web nothing")
    assert works.replies(number)[-1].count("asks for the service web") == 1
    assert set(standing_services(works)) == {"web"}


def test_a_service_is_not_run_from_a_pull_request(works: Works) -> None:
    begin(works)
    works.push({"jobs/web.yaml": serve("web")}, branch="topic")
    number = works.hub.open_pull("topic")
    for line in ("/run", "/run web"):
        works.comment(number, line)
        assert "is a service, and those are deployed from the default branch" in works.replies(number)[-1]
    assert standing_services(works) == {}
