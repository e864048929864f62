"""The page of a list: an import that stands still goes on for those who may send it."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.receiving import receive_list
from cases.models import ListBatch, ListRow
from tests.intake.samples import content_of
from tests.web.test_reading import entered


@pytest.mark.parametrize(
    ("username", "status"), [("telecom-handler1", 302), ("telecom-reviewer1", 403), ("grid-handler1", 404)]
)
def test_a_list_that_stands_still_goes_on_for_those_who_may_send_it(
    demo_city: None, username: str, status: int
) -> None:
    batch, _ = receive_list(
        actor=find_actor("telecom-handler1"),
        content=content_of("telecom")[:5000].rsplit(b"\n", 1)[0],
        filename="a.csv",
        kind="telecom",
        agency=get_directory().by_code["320300-telecom"],
        batch_name="一批",
        now=clock.now(),
    )
    assert entered(username).post(f"/imports/{batch.id}/").status_code == status
    assert ListRow.objects.filter(batch_id=batch.id).exists() is (status == 302)
    assert (ListBatch.objects.get().state == "done") is (status == 302)
