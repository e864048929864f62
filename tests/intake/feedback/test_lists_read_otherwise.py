"""Lists whose columns nobody could guess: answered as they were read, those that a platform pushed among them."""

from __future__ import annotations

import orjson
import pytest

from agencies.actors import system_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.feeds.reading import packed
from cases.intake.feeds.signals import FILENAME
from cases.intake.ledger.figures import delta_of
from cases.intake.ledger.statement import NOT_ISSUED
from cases.intake.lists.sentences import NotAList
from cases.intake.services import import_file
from cases.intake.steps.inspecting import inspect
from cases.models import FeedbackRow
from tests.intake.feedback.listing import LIST, NAME, brought
from tests.intake.feedback.telling import batch_of, drawn
from tests.intake.test_steps import GOOD, commit, confirm, led, run_preview

pytestmark = pytest.mark.usefixtures("demo_city")


def pushed(name: str, *signals: object) -> None:
    import_file(
        actor=system_actor(),
        content=packed(orjson.dumps({"kind": "telecom", "signals": signals})),
        filename=FILENAME,
        kind="telecom",
        agency=get_directory().by_code["320300-telecom"],
        batch_name=name,
        now=clock.now(),
        stated=NOT_ISSUED,
    )


SIGNAL = {"ip": "58.218.77.99", "port": 51799, "pool": "pool.example:7777", "first": "2026-10-16 07:56:00"}


def test_columns_that_a_person_named_stand_as_they_stood_with_every_row_answered():
    commit(run_preview(confirm(led("合计表", "", GOOD, header="甲,乙,丙,丁")).id))
    version, sheets = drawn("名单")
    whole = sheets["名单"]
    header = next(row for row in whole if row[0] == "甲")
    assert header[4] == "核查结果"
    assert FeedbackRow.objects.filter(version=version).count() == version.rows
    answered = next(row for row in whole if row[0] == "36.154.192.217")
    assert answered[-2], "the progress stands beside the row"


def test_every_signal_of_a_push_is_answered_at_its_place():
    pushed("推送", SIGNAL, {}, 7)
    version, sheets = drawn("推送")
    assert version.rows == 3
    (name,) = (name for name in sheets if name == "名单")
    header, *rows = sheets[name]
    assert "核查结果" in header
    assert [row[0] for row in rows[:3]] == [1.0, 2.0, 3.0]


def test_a_push_is_no_list_that_another_one_is_compared_with():
    brought("一")
    pushed("推送", SIGNAL)
    assert delta_of(batch_of("推送")) is None
    brought(NAME, LIST.replace("58.218.77.93", "58.218.77.94"))
    found = delta_of(batch_of(NAME))
    assert found is not None
    assert (found.name, found.fresh, found.still, found.gone) == ("一", 1, 2, 1)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"signals": 3}', b"{}"])
def test_a_file_that_only_carries_the_mark_of_a_push_is_no_list(body: bytes):
    found = inspect("telecom", packed(body), get_directory().by_code["320300-telecom"].id, led=False)
    assert isinstance(found.problem, NotAList)
