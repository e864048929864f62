"""What the preview expects of a list is what the import then does, and nothing is opened for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.timezone import now

from agencies.actors import Actor, find_actor
from agencies.directory import get_directory
from cases.intake import services
from cases.intake.receiving import find_agency, receive_list
from cases.intake.selectors import row_results
from cases.intake.services import process_list
from cases.intake.steps import moving, preview
from cases.intake.steps.mapping import SheetAnswer, confirm_mapping
from cases.intake.steps.mending import mend_row
from cases.intake.steps.preview import run_preview
from cases.intake.steps.trial import trial_rows
from cases.models import Case, ListBatch, PreviewKey, PreviewRow, Site, SiteKey
from tests.intake.samples import AGENCIES, FILES, content_of

pytestmark = pytest.mark.usefixtures("demo_city")

HANDLERS = {
    "telecom_bureau": "telecom-handler1",
    "grid_company": "grid-handler1",
    "development_commission": "drc-handler1",
}
HEADER = "源IP地址,源端口,矿池地址,首次发现时间,户号"
# One household by its account, another by address and pool, a third alone; the last row repeats the first.
ROWS = (
    "36.154.192.217,1159,p.example,2026-10-03 08:00,3203012345678",
    "36.154.192.218,1160,p.example,2026-10-03 08:00,",
    "36.154.192.219,1161,q.example,2026-10-03 08:00,",
    "36.154.192.220,1162,r.example,2026-10-04 08:00,3203012345678",
    "36.154.192.218,1163,p.example,2026-10-05 08:00,",
    "36.154.192.217,1159,p.example,2026-10-03 08:00,3203012345678",
)


def actor_of(kind: str) -> Actor:
    return find_actor(HANDLERS[AGENCIES[kind]])


def previewed(kind: str, content: bytes, name: str = "") -> ListBatch:
    actor = actor_of(kind)
    batch, _ = receive_list(
        actor=actor,
        content=content,
        filename=FILES[kind],
        kind=kind,
        agency=find_agency(AGENCIES[kind], get_directory()),
        batch_name=name or kind,
        now=now(),
        led=True,
    )
    answers = [SheetAnswer(sheet["columns"], dict.fromkeys(sheet["asked"], "mdy")) for sheet in batch.columns["sheets"]]
    return run_preview(confirm_mapping(actor=actor, batch=batch, answers=answers, save=False, now=now()).id)


def listed(*rows: str, name: str = "") -> ListBatch:
    return previewed("telecom", "\n".join([HEADER, *rows]).encode(), name)


def commit(batch: ListBatch) -> ListBatch:
    started = moving.commit_list(actor=actor_of(batch.kind), batch=batch, now=now())
    process_list(batch_id=started.id, actor=actor_of(batch.kind), now=now())
    return ListBatch.objects.get(id=batch.id)


def effects(batch: ListBatch) -> list[str]:
    return list(PreviewRow.objects.filter(batch_id=batch.id).order_by("number").values_list("effect", flat=True))


def mend(batch: ListBatch, number: int, cells: dict[int, str]) -> dict[str, Any]:
    mend_row(actor=actor_of("telecom"), batch=batch, number=number, cells=cells, now=now())
    return dict(ListBatch.objects.get(id=batch.id).preview["estimate"])


@pytest.fixture(params=[2, 2000], ids=["chunks of two rows", "one chunk"])
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (preview, services):
        monkeypatch.setattr(module, "CHUNK_ROWS", request.param)


@pytest.mark.usefixtures("chunks")
def test_equal_accounts_of_one_list_are_one_new_case_whichever_chunk_they_stand_in() -> None:
    batch = listed(*ROWS)
    assert effects(batch) == ["new_case", "new_case", "new_case", "added", "added", "none"]
    assert batch.preview["estimate"] == {"new_cases": 3, "known_cases": 0, "added": 2}
    assert [m.objects.count() for m in (Case, Site, SiteKey)] == [0, 0, 0], "a trial opens nothing"
    expected = effects(batch)
    done = commit(batch)
    assert [row["effect"] for row in row_results(done.id)] == expected
    assert (PreviewRow.objects.count(), PreviewKey.objects.count()) == (0, 0), "what was read on trial is gone"


@pytest.mark.usefixtures("chunks")
def test_rows_of_known_cases_are_told_from_new_ones() -> None:
    commit(listed(ROWS[0], ROWS[2]))
    second = listed(ROWS[3], ROWS[1], ROWS[4], ROWS[2], "36.154.192.9,1170,s.example,2026-10-04 08:00,", name="第二批")
    assert effects(second) == ["added", "new_case", "added", "none", "new_case"]
    assert second.preview["estimate"] == {"new_cases": 2, "known_cases": 1, "added": 2}
    expected = effects(second)
    assert [row["effect"] for row in row_results(commit(second).id)] == expected


@pytest.mark.usefixtures("chunks")
def test_a_bridge_between_two_sites_of_the_list_is_seen_on_trial() -> None:
    lead = "36.154.192.218,{port},p.example,2026-10-0{day} 08:00,{meter}"
    rows = [
        lead.format(port=1, day=3, meter=""),
        "36.154.192.230,1180,t.example,2026-10-03 08:00,3203012345678",
        lead.format(port=1200, day=4, meter="3203012345678"),
        lead.format(port=1201, day=5, meter=""),
    ]
    batch = listed(*rows)
    expected = effects(batch)
    assert expected[2:] == ["added", "added"], expected
    assert [row["effect"] for row in row_results(commit(batch).id)] == expected


def test_a_known_site_is_told_and_its_case_only_to_who_may_see_it() -> None:
    grid = "户号,户名,用电地址,年月,总电量\n3203012345678,孙玲,铜山区大许镇人民路8号,2026.09,9120\n"
    commit(previewed("grid", grid.encode(), "户"))
    case = Case.objects.get()
    batch = listed(ROWS[0])
    assert batch.preview["estimate"] == {"new_cases": 0, "known_cases": 1, "added": 1}
    (told,), _ = trial_rows(find_actor("telecom-handler1"), batch, show="all")
    assert (told["effect"], told["case"]) == ("added", None), "the sender takes no part in it"
    (led,), _ = trial_rows(find_actor("drc-handler1"), batch, show="all")
    assert (led["effect"], led["case"]) == ("added", case.number)


def test_a_cell_set_right_changes_what_is_expected_of_the_rows_that_hung_on_it() -> None:
    batch = listed(*ROWS)
    assert mend(batch, 1, {4: "3203099999999"}) == {"new_cases": 4, "known_cases": 0, "added": 1}
    assert effects(batch)[3] == "new_case", "its account is now the only one of its kind"
    assert mend(batch, 1, {4: "3203012345678"}) == {"new_cases": 3, "known_cases": 0, "added": 2}
    expected = effects(batch)
    assert [row["effect"] for row in row_results(commit(batch).id)] == expected


@pytest.mark.parametrize("rows", [37, 2000])
def test_the_sample_comes_to_what_was_expected_of_it(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (preview, services):
        monkeypatch.setattr(module, "CHUNK_ROWS", rows)
    for kind in ("telecom", "trace", "grid", "tips"):
        batch = previewed(kind, content_of(kind))
        expected, told = effects(batch), batch.preview["estimate"]
        done = commit(batch)
        found = [row["effect"] for row in row_results(done.id)]
        differing = [number for number, pair in enumerate(zip(expected, found, strict=True), 1) if pair[0] != pair[1]]
        assert differing == [], kind
        assert told["new_cases"] == done.counts["effects"].get("new_case", 0), kind
        assert told["added"] == done.counts["effects"].get("added", 0), kind
