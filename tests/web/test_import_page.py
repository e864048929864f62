"""The page of a list: an import that stands still goes on for those who may send it."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineSheet, CalamineWorkbook

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.lists.mapping import map_header
from cases.intake.lists.synonyms import KINDS, SYNONYMS
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


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_template_that_is_read_without_a_question(demo_city: None, kind: str) -> None:
    client = entered("telecom-handler1")
    link = f"/imports/template/{kind}.xlsx"
    assert f'href="{link}" download' in client.get("/imports/").content.decode()
    answer = client.get(link)
    assert answer["Content-Disposition"] == f'attachment; filename="template-{kind}.xlsx"'
    ((head, *rows),) = [book.to_python() for book in sheets(answer.content)]
    assert rows == []
    mapped = map_header(kind, head)
    assert list(mapped.columns) != []
    assert {field: head[column] for field, column in mapped.columns.items()} == dict(
        zip(SYNONYMS[kind], head, strict=True)
    )
    assert set(mapped.confidence.values()) == {1.0}


def test_a_template_is_for_those_who_send_lists(demo_city: None) -> None:
    assert entered("telecom-handler1").get("/imports/template/all.xlsx").status_code == 404
    assert entered("grid-crew1").get("/imports/template/grid.xlsx").status_code == 404


def sheets(content: bytes) -> list[CalamineSheet]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_index(n) for n in range(len(book.sheet_names))]
