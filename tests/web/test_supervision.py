"""逾期事项, 督办 and the rules of the steps: what the pages say to whom, and where their buttons lead."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.services.parameters import set_parameter
from audit import clock
from cases.models import Case, Outbox, Task
from cases.policy.calendar import working_days_between
from cases.policy.dated import CHINA
from cases.web.show.supervision.urging import urge_href
from cases.workflow.clockwork.escalating import escalate
from cases.workflow.engine import perform
from cases.workflow.workdays import calendar_for
from tests.days import today
from tests.web import story
from tests.web.conftest import LogIn
from tests.web.test_acts import act

Ahead = Callable[[timedelta], None]


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Ahead:
    """Put the clock on by so much."""

    def put(span: timedelta) -> None:
        now = clock.now() + span
        monkeypatch.setattr(clock, "now", lambda: now)

    return put


def test_overdue_work_stands_by_agency_with_its_steps_and_leads_to_the_act(log_in: LogIn, ahead: Ahead) -> None:
    case = story.dispatched()
    boss = log_in("sup-supervisor1")
    assert "没有逾期事项" in text(boss.get("/overdue/"))
    ahead(timedelta(days=30))
    escalate(now=clock.now())
    page = text(boss.get("/overdue/"))
    task = Task.objects.get(case_id=case.case_id, kind="check_consumption")
    assert re.search(r'data-agency="320300-grid".*?class="num">1<.*?class="num">1<.*?class="num">1<', page, re.DOTALL)
    assert all(word in page for word in ("已催办", "已督办", "已通报", "迟发"))
    address = f"/cases/{case.number}/actions/urge/?task={task.pk}"
    assert address in page
    assert "未分派" in page
    assert "Label(" not in page
    form = text(boss.get(address))
    assert re.search(rf'value="{task.pk}"[^>]*(selected|checked)', form), "the task is chosen already"
    assert "/actions/urge/" not in text(log_in("drc-handler1").get("/overdue/"))
    assert case.number not in text(log_in("telecom-handler1").get("/overdue/?agency=1&kind=triage"))
    shown = text(log_in("grid-handler1").get(f"/cases/{case.number}/"))
    assert "已通报" in shown
    assert re.search(r'flex-wrap[^>]*><span class="tagx', shown), "three steps are wider than the column"
    assert "已催办" in text(boss.get(f"/overdue/?week={monday()}"))
    assert "没有逾期事项" in text(boss.get("/overdue/?kind=triage"))
    assert boss.get("/overdue/?week=1900-01-01").status_code == 200


def test_a_week_that_is_over_counts_to_its_sunday_and_says_how_many_it_lists(log_in: LogIn, ahead: Ahead) -> None:
    """The bulletin of that week says the same number; the instant of its end is the Monday after it."""
    case = story.dispatched()
    due = Task.objects.get(case_id=case.case_id, kind="check_consumption").due_at.astimezone(CHINA).date()
    ahead(timedelta(days=30))
    last = monday() - timedelta(weeks=1)
    page = text(log_in("sup-supervisor1").get(f"/overdue/?week={last}&kind=check_consumption"))
    days = working_days_between(due, last + timedelta(days=6), calendar_for("320300", get_directory()))
    assert days and re.search(rf'仍未办结</td><td class="num">{days}</td>', page)
    assert 'data-total="1">符合条件 1 件' in page and "共 1 件" in page
    page = text(log_in("sup-supervisor1").get("/overdue/?kind=check_consumption"))
    assert 'data-total="1">符合条件 1 件' in page and "共 1 件" in page


def text(answer: object) -> str:
    """The page with its addresses."""
    return html.unescape(answer.content.decode())  # type: ignore[attr-defined]


def monday() -> date:
    return today(-today().weekday())


def test_supervision_sees_its_questions_and_the_answers(log_in: LogIn, ahead: Ahead) -> None:
    case = story.dispatched()
    boss, grid = log_in("sup-supervisor1"), log_in("grid-handler1")
    assert "没有督办" in text(boss.get("/urges/"))
    task = Task.objects.get(case_id=case.case_id, kind="check_consumption")
    act(boss, case, "urge", **{"f.task": str(task.pk), "f.level": "supervise", "f.demand": "请于三日内反馈"})
    page = text(boss.get("/urges/"))
    assert all(word in page for word in (case.number, "请于三日内反馈", "未答复", "用电核查"))
    # A second question while this one is open is refused with the reason, and the list offers none.
    again = act(boss, case, "urge", **{"f.task": str(task.pk), "f.level": "remind", "f.demand": "尽快", "key": "again"})
    assert "尚未答复，答复后可再次督办" in text(again)
    ahead(timedelta(days=30))
    late = text(boss.get("/overdue/"))
    assert "督办待答复" in late
    assert f"/cases/{case.number}/actions/urge/?task={task.pk}" not in late  # what has been asked is not asked again
    assert "个工作日" in text(boss.get("/urges/?late=yes&state=open&sort=due"))
    asked = Task.objects.get(case_id=case.case_id, kind="answer_urge")
    assert f"/cases/{case.number}/actions/answer_urge/?task={asked.pk}" in text(grid.get("/urges/"))
    assert "/actions/answer_urge/" not in text(boss.get("/urges/"))
    before = Outbox.objects.count()
    act(grid, case, "answer_urge", **{"f.task": str(asked.pk), "f.answer": "明日到场", "f.planned_on": ""})
    told = Outbox.objects.filter(topic="task.answered", id__gt=0).latest("id")
    assert (Outbox.objects.count() > before, told.payload["assignee"]) == (True, find_actor("sup-supervisor1").user_id)
    page = text(boss.get("/urges/"))
    assert all(word in page for word in ("已答复", "明日到场", "逾期"))
    assert "没有督办" in text(boss.get("/urges/?state=open"))
    assert case.number not in text(boss.get("/urges/?late=no"))
    assert case.number not in text(log_in("telecom-handler2").get("/urges/?agency=999999&state=returned"))


def test_whoever_does_not_see_a_case_sees_no_question_about_it(log_in: LogIn) -> None:
    case = story.dispatched()
    perform(
        case_id=str(case.case_id),
        action="urge",
        actor=find_actor("sup-supervisor1"),
        data={"level": "remind", "demand": "请办理"},
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )
    assert Case.objects.get(pk=case.case_id).facts["urges"]
    assert "没有督办" in text(log_in("police-handler1").get("/urges/"))


def test_the_rules_of_a_region_stand_with_their_day_and_paper(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    page = text(client.get("/escalation-rules/"))
    assert all(word in page for word in ("到期日前 1 个工作日 09:00", "超期第 2 个工作日 09:00", "默认规则", "24小时"))
    assert "没有地区另作规定" in page
    since = today(30)
    more = {"effective_from": since, "source": "徐发改〔2026〕12号", "now": clock.now()}
    system = find_actor("system")
    set_parameter(actor=system, region="320300", key="escalation.steps", value={"pressed": 3}, **more)
    page = text(client.get("/escalation-rules/"))
    assert all(word in page for word in ("超期第 3 个工作日 09:00", "将施行", "徐发改〔2026〕12号", since.isoformat()))
    elsewhere = text(client.get("/escalation-rules/?region=330100"))
    assert "没有代码为" in elsewhere or "超期第 3 个工作日" not in elsewhere.split("各地区的规定")[0]


@pytest.mark.usefixtures("demo_city")
def test_the_list_offers_to_urge_to_supervisors_of_the_region_alone() -> None:
    boss = find_actor("xzsup-supervisor1")
    (post,) = boss.posts
    assert urge_href(boss, "XZ26-0001", "320303", "7") == "/cases/XZ26-0001/actions/urge/?task=7"
    for other in (
        replace(post, kind="development_commission"),
        replace(post, roles=frozenset({"handler"})),
        replace(post, region_code="320311"),
    ):
        assert urge_href(replace(boss, posts=(other,)), "XZ26-0001", "320303", "7") == ""
