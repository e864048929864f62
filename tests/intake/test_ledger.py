"""What is stated about a list belongs to its batch and never changes; a priority list makes its cases priority."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest

from agencies.actors import find_actor, system_actor
from agencies.services.parameters import set_parameter
from audit import clock
from audit.models import Event
from cases.models import Case, ListBatch
from cases.policy.dated import CHINA
from cases.workflow.errors import InvalidInput
from tests.intake.ledgers import ISSUER, batch, bring, cases, rows, site, telecom
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")
LIST = telecom(site(1), site(2), site(3))


def local(found: ListBatch) -> str:
    assert found.due_at is not None
    return found.due_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


@pytest.fixture(autouse=True)
def thursday(demo_city: None) -> None:
    clock.set_clock(datetime(2026, 11, 26, 10, tzinfo=CHINA))


def test_what_is_not_said_holds_by_rule() -> None:
    bring(LIST, "名单", issuer="")
    found = batch("名单")
    assert (found.issuer, found.level) == (found.agency.name, "full")
    assert (local(found), found.due_rule, found.due_provisional) == ("2026-12-10 18:00", "working_days:10", False)


def test_what_is_said_is_kept_with_the_batch_and_in_its_event() -> None:
    bring(LIST, "名单", level="priority", due="2026-12-01", issuer=f" {ISSUER} ")
    found = batch("名单")
    assert (found.issuer, found.level, local(found)) == (ISSUER, "priority", "2026-12-01 18:00")
    assert found.due_rule == "stated"
    event = Event.objects.filter(action="import_received").latest("id")
    told = bytes(event.body).decode()
    assert f'"issuer":"{ISSUER}"' in told
    assert '"list_level":"priority"' in told


def test_an_issuer_may_be_named_by_the_code_of_an_agency() -> None:
    bring(LIST, "名单", issuer="320000-drc")
    assert batch("名单").issuer.endswith("发展和改革委员会") or "发展改革" in batch("名单").issuer


def test_a_priority_list_is_due_on_the_next_friday_or_on_the_day_of_its_region() -> None:
    bring(LIST, "一", level="priority")
    assert local(batch("一")) == "2026-11-27 18:00"
    for key, value in (("list.priority_weekday", 1), ("list.full_feedback", {"calendar_days": 3})):
        set_parameter(
            actor=system_actor(),
            region="320300",
            key=key,
            value=value,
            effective_from=date(2026, 11, 1),
            source="徐发改〔2026〕12号",
            now=clock.now(),
        )
    bring(telecom(site(4)), "二", level="priority")
    bring(telecom(site(5)), "三")
    assert (local(batch("二")), local(batch("三"))) == ("2026-11-30 18:00", "2026-11-30 18:00")


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"level": "urgent"}, "level"),
        ({"due": "soon"}, "due"),
        ({"due": "2026-13-40"}, "due"),
        ({"due": "2026-11-25"}, "due"),
        ({"due": "2028-01-01"}, "due"),
        ({"issuer": "张" * 81}, "issuer"),
        ({"issuer": "电话13800001111"}, "issuer"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(stated: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        bring(LIST, "名单", **stated)
    assert list(refused.value.fields) == [field]
    assert not ListBatch.objects.exists()


@pytest.mark.parametrize("stated", [{"level": "priority"}, {"issuer": "国家发展改革委"}, {"due": "2026-12-02"}])
def test_the_same_file_is_not_quietly_taken_for_something_else(stated: dict[str, str]) -> None:
    bring(LIST, "名单")
    with pytest.raises(InvalidInput) as refused:
        bring(LIST, "又一次", **stated)
    (text,) = refused.value.fields.values()
    assert "先撤回该批次" in text.zh
    assert bring(LIST, "又一次").again


def test_shuffled_and_cut_in_half_it_comes_to_the_same_cases_with_the_same_level() -> None:
    lines = [site(n) for n in range(1, 21)]
    bring(telecom(*lines), "原件", level="priority")
    before = sorted(Case.objects.values_list("number", "level", "version"))
    shuffled = lines.copy()
    random.Random(3).shuffle(shuffled)
    for name, part in (("乱序", shuffled), ("前半", lines[:10]), ("后半", lines[10:])):
        bring(telecom(*part), name, level="priority")
        assert sorted(Case.objects.values_list("number", "level", "version")) == before
        assert {row["effect"] for row in rows(batch(name))} == {"none"}


def test_a_priority_list_makes_its_cases_priority_new_known_and_repeated_ones() -> None:
    bring(telecom(site(1), site(2), site(4)), "全量")
    assert set(Case.objects.values_list("level", flat=True)) == {"normal"}
    bring(telecom(site(1), site(2, day=2), site(3)), "重点", level="priority")
    levels = dict(Case.objects.values_list("number", "level"))
    assert [levels[number] for number in cases("重点")] == ["priority"] * 3
    assert levels[cases("全量")[2]] == "normal"
    repeated = Case.objects.get(number=cases("重点")[0])
    assert repeated.facts["prioritised"]["batch"] == "重点"
    assert repeated.facts["submissions"] == 1
    assert repeated.facts["signals"] == {"traffic": 1}


def test_whichever_comes_first_the_cases_are_priority() -> None:
    bring(telecom(site(1)), "重点", level="priority")
    bring(telecom(site(1), site(2)), "全量")
    levels = dict(Case.objects.values_list("number", "level"))
    assert [levels[number] for number in cases("全量")] == ["priority", "normal"]


def test_a_closed_case_is_not_raised_by_a_repeated_row() -> None:
    bring(telecom(site(1)), "全量")
    world = World()
    case = Case.objects.get()
    world.act(str(case.pk), "drc-handler1", "propose_exclusion", reason_code="vpn_exit", explanation="出口节点")
    world.act(str(case.pk), "drc-reviewer1", "decide_exclusion", decision="approve")
    bring(telecom(site(1)) + b"\n", "重点", level="priority")
    assert Case.objects.get().level == "normal"
    assert find_actor("drc-handler1").user_id
