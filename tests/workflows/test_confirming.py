"""Services whose manifests went: who may confirm that they go, where, and for how long that counts."""

import pytest

from tests.workflows.services import begin, merge, serve, standing_services, take_away
from tests.workflows.works import Works


def test_a_service_whose_manifest_went_stands_until_somebody_confirms_and_is_told(
    works: Works, capsys: pytest.CaptureFixture[str]
) -> None:
    works.deploy(begin(works, "web"))
    number = take_away(works, "web")
    works.hub.collaborator("eve", "read")
    works.hub.comment(number, "/remove web", "eve")
    works.hub.comment(number, "/remove other")
    edited = works.hub.comment(number, "/remove web")
    edited.updated_at = "2099-01-01T00:00:00Z"
    assert works.deploy(merge(works, number)) == 0
    assert works.summary().startswith("### Deploy: 1 service: 1 unmanaged\n")
    assert "```text\n/remove web\n```" in works.summary()
    assert "::warning title=Unmanaged::web stands without a manifest" in capsys.readouterr().out
    (reply,) = works.replies(number)
    assert "### `web` still stands at" in reply
    assert set(standing_services(works)) == {"web"}

    assert works.comment(number, "/remove web") == 0
    assert "the service `web` was removed" in works.replies(number)[-1]
    assert works.replies(number)[0].count("`web` was removed") == 1
    assert standing_services(works) == {}


def test_a_confirmation_before_the_merge_is_honoured_by_it_also_when_a_later_run_sees_to_it(
    works: Works,
) -> None:
    works.deploy(begin(works, "web", "api"))
    number = take_away(works, "web")
    assert works.comment(number, "/remove web") == 0
    (reply,) = works.replies(number)
    assert "will be removed when this is merged" in reply
    assert set(standing_services(works)) == {"web", "api"}
    merge(works, number)
    assert works.deploy(works.push({"README.md": "More.\n"})) == 0
    assert "1 removed, 1 in sync" in works.summary()
    assert "`web` was removed\n\n`ada` confirmed it" in works.replies(number)[-1]
    assert set(standing_services(works)) == {"api"}


def test_a_word_that_was_given_once_does_not_cover_a_service_that_came_back(works: Works) -> None:
    works.deploy(begin(works, "web"))
    number = take_away(works, "web")
    works.comment(number, "/remove web")
    gone = merge(works, number)
    works.deploy(works.push({"jobs/web.yaml": serve("web")}))
    assert works.deploy(gone) == 0
    assert set(standing_services(works)) == {"web"}
    assert works.deploy(works.push({"jobs/web.yaml": None})) == 0
    assert "1 unmanaged" in works.summary()
    assert set(standing_services(works)) == {"web"}
