"""The page of the erasures, the nightly task and the command, the reporter's shorter time, what holds data back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from agencies.actors import find_actor
from agencies.services.parameters import set_parameter
from audit import clock
from audit.verification import verify
from cases.models import Case, Erasure, ListRow, PersonalRecord
from cases.models.sealing import open_cells
from cases.policy.privacy.retention import verdict
from cases.retention.acts import confirm, erase, propose
from cases.tasks import propose_erasures
from tests.intake.samples import bring
from tests.retention import story
from tests.retention.story import later
from tests.web.test_reading import entered

PAGE = "/audit/erasures/"
CLOSED_AT = datetime(2026, 1, 1, 2, tzinfo=UTC)
TIPS = "举报时间,举报内容,地点,举报人电话\n2026-10-01 01:00,网吧后院有矿机,徐州市铜山区刘集镇鹦鹉路52号,13986700420\n"


@pytest.fixture(autouse=True)
def clock_back() -> Any:
    yield
    clock.forget()


def test_the_two_steps_on_the_page(demo_city: None) -> None:
    case = story.closed()
    later(days=91)
    propose_erasures()
    row = Erasure.objects.get()
    first, second = entered("drc-reviewer1"), entered("drc-approver1")
    text = first.get(PAGE).content.decode()
    assert case.number in text
    assert "误报、查无的个人信息，办结满九十日" in text
    assert "保险库记录" in text
    assert 'value="confirm"' in text
    assert 'value="confirm"' not in second.get(PAGE).content.decode()
    step = {"erasure": str(row.pk), "do": "confirm"}
    assert first.post(PAGE, step).status_code == 302
    assert "请另一名审核人或签发人清除" in first.get(PAGE).content.decode()
    assert first.post(PAGE, step | {"do": "erase"}).status_code == 403
    assert PersonalRecord.objects.exists()
    assert second.post(PAGE, step | {"do": "erase"}).status_code == 302
    assert not PersonalRecord.objects.exists()
    assert "已清除的内容" in first.get(f"{PAGE}?view=done").content.decode()
    assert "没有到期的个人信息" in first.get(PAGE).content.decode()


def test_supervision_reads_and_has_no_button_and_everybody_else_is_told_who_decides(demo_city: None) -> None:
    case = story.closed()
    later(days=91)
    propose(clock.now())
    row = Erasure.objects.get()
    text = entered("sup-supervisor1").get(PAGE).content.decode()
    assert case.number in text
    assert 'name="do"' not in text
    for verb in ("confirm", "hold", "erase"):
        given = {"erasure": str(row.pk), "do": verb, "reason": "other"}
        assert entered("sup-supervisor1").post(PAGE, given).status_code in (403, 409)
        assert entered("js-drc-reviewer1").post(PAGE, given).status_code in (403, 404)
    for who in ("drc-handler1", "grid-reviewer1", "admin1", "culture-handler1"):
        answer = entered(who).get(PAGE)
        assert answer.status_code == 403
        assert case.number not in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "proposed"


def test_the_audit_page_tells_the_steps_to_those_who_decide_and_to_supervision_only(demo_city: None) -> None:
    case = story.closed()
    later(days=91)
    propose(clock.now())
    for who in ("drc-reviewer1", "sup-supervisor1"):
        text = entered(who).get("/audit/?action=erasure_proposed").content.decode()
        assert 'data-action="erasure_proposed"' in text
        assert case.number in text
    for who in ("drc-handler1", "telecom-handler1", "police-handler1", "admin1"):
        assert (
            'data-action="erasure_proposed"' not in entered(who).get("/audit/?action=erasure_proposed").content.decode()
        )


def test_holding_wants_a_reason_that_is_offered(demo_city: None) -> None:
    story.closed()
    later(days=91)
    propose(clock.now())
    row, client = Erasure.objects.get(), entered("drc-reviewer1")
    given = {"erasure": str(row.pk), "do": "hold"}
    assert client.post(PAGE, given).status_code == 400
    assert client.post(PAGE, given | {"reason": "lawsuit"}).status_code == 302
    assert "复议或诉讼" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("given", [{"erasure": "x", "do": "confirm"}, {"do": "erase"}, {}], ids=["id", "none", "empty"])
def test_a_step_that_names_nothing_is_not_found(demo_city: None, given: dict[str, str]) -> None:
    assert entered("drc-reviewer1").post(PAGE, given).status_code == 404


def test_the_command_previews_each_case_and_changes_nothing(demo_city: None) -> None:
    case = story.closed()
    out = StringIO()
    call_command("erase_expired", "--dry-run", stdout=out)
    assert f"{case.number} everything false_positive" in out.getvalue()
    assert "未到期 not yet" in out.getvalue()
    later(days=91)
    call_command("erase_expired", "--dry-run", stdout=out)
    assert "到期 due vault=" in out.getvalue()
    assert not Erasure.objects.exists()
    call_command("erase_expired", stdout=out)
    assert "新列入 1 件" in out.getvalue()
    assert Erasure.objects.get().state == "proposed"


def test_who_reported_goes_sooner_and_alone(demo_city: None) -> None:
    bring("tips", TIPS.encode(), name="举报名单")
    case = Case.objects.get()
    story.close(case)
    set_parameter(
        actor=find_actor("drc-approver1"), region="320300", key="retention.false_positive", value={"days": 1000},
        effective_from=datetime(2020, 1, 1, tzinfo=UTC).date(), source="徐发改〔2026〕12号", now=clock.now(),
    )  # fmt: skip
    later(days=184)
    (row,) = propose(clock.now())
    assert (row.scope, row.rule) == ("reporter", "reporter")
    before = PersonalRecord.objects.filter(protected=False).count()
    assert before and PersonalRecord.objects.filter(protected=True).exists()
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    assert PersonalRecord.objects.filter(protected=False).count() == before
    assert not PersonalRecord.objects.filter(protected=True).exists()
    (line,) = ListRow.objects.all()
    assert open_cells(line.sealed, line.batch_id.bytes, line.number) == ["", "", "", ""]
    assert verify().problems == ()
    assert propose(clock.now()) == []


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        ({}, ()),
        ({"objection": {"state": "open"}}, ("objection",)),
        ({"objection": {"state": "rejected"}}, ()),
        ({"restoration": {"state": "restored"}}, ("restoration",)),
        ({"restoration": {"state": "confirmed"}}, ()),
        ({"surcharge": {"bills": [{"state": "reviewed", "settled": False}]}}, ("payment",)),
        ({"surcharge": {"bills": [{"state": "reviewed", "settled": True}, {"state": "refused"}]}}, ()),
        ({"surcharge": {"bills": [{"state": "reviewed", "settled": True, "pending": {"x": 1}}]}}, ("payment",)),
        ({"referrals": [{"state": "received"}]}, ("referral",)),
        ({"referrals": [{"state": "replied"}]}, ()),
        ({"relapse": {"count": 1, "alert": {"seq": 9}}}, ("relapse",)),
    ],
)
def test_what_is_open_holds_the_data_back(facts: dict[str, Any], held: tuple[str, ...]) -> None:
    judged = verdict("case", closed_at=CLOSED_AT, facts=facts)
    assert judged.held_by == held
    assert judged.is_due((CLOSED_AT + timedelta(days=1095)).date()) is not bool(held)
    assert not judged.is_due((CLOSED_AT + timedelta(days=1094)).date())
