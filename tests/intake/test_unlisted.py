"""A corrected reply takes the last row from a case: the case says so, its commission is told, nothing is closed."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.actors import find_actor
from audit.models import Event
from cases.intake.selectors import row_results
from cases.models import Case, Outbox
from cases.selectors.cases import CaseFilter, list_cases
from cases.workflow.retracting import borne, unlisted
from notifications.wording import wording
from tests.intake.ledgers import batch
from tests.intake.samples import bring
from tests.intake.small import FLAT, GRID, NEXT_DOOR, ONE, TELECOM, TRACE, located, seen, sheet
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")

TOPICS = ("case.unlisted", "case.unlisted_measured")


def one_answered(*more: tuple[object, ...]) -> Case:
    """A list row that the carrier has named 孙玲 for."""
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), *more), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    number = next(iter(row_results(batch("名单").id)))["case"]
    return Case.objects.get(number=number)


def corrected() -> None:
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz02@adsl", "李敏", NEXT_DOOR)), name="更正")


def found(username: str, **wanted: Any) -> list[str]:
    return [row["number"] for row in list_cases(find_actor(username), CaseFilter(**wanted)).rows]


def test_the_case_says_which_reply_took_its_last_row_and_stays_open() -> None:
    case = one_answered()
    before = Event.objects.filter(stream=f"case/{case.id}").count()
    corrected()
    case.refresh_from_db()
    assert (case.stage, case.outcome) == ("monitoring", None), "nothing closes it"
    gone = unlisted(case.facts)
    assert gone is not None
    assert (gone["batch"], gone["row"], gone["rows_left"]) == ("更正", 1, 0)
    assert "signals" not in case.facts, "what gates rest on does not outlive the row"
    assert "signal_sources" not in case.facts
    event = Event.objects.filter(stream=f"case/{case.id}").order_by("seq").last()
    assert event is not None
    assert (event.action, event.seq) == ("reassign_signals", before + 1)
    assert all(word not in str(case.facts) for word in ("李敏", "孙玲", "xz0"))


def test_the_commission_that_leads_the_case_is_told() -> None:
    case = one_answered()
    corrected()
    told = Outbox.objects.get(topic__in=TOPICS)
    assert (told.case_id, told.agency_id, told.topic) == (case.id, case.lead_agency_id, "case.unlisted")
    assert told.payload["roles"] == ["handler"]
    assert wording(told.topic, told.payload).zh == f"{case.number} 已无名单线索支持，请复核"


def test_a_case_with_another_row_loses_the_count_and_nobody_is_alarmed() -> None:
    case = one_answered()
    bring("telecom", sheet(TELECOM, seen(2, ONE, 2002, 2)), name="又")
    bring("trace", sheet(TRACE, located(ONE, 2002, 2, "xz01@adsl", "孙玲", FLAT)), name="又答")
    case.refresh_from_db()
    assert case.facts["signals"] == {"traffic": 2}
    corrected()
    case.refresh_from_db()
    assert case.facts["signals"] == {"traffic": 1}
    assert case.facts["signal_sources"] == {"traffic": ["telecom"]}
    assert case.facts["reassigned"][0]["rows_left"] == 1
    assert unlisted(case.facts) is None
    assert not Outbox.objects.filter(topic__in=TOPICS).exists()
    assert found("drc-handler1", unlisted=True) == []


def test_a_meter_on_a_list_of_the_grid_is_a_row_that_is_left() -> None:
    case = one_answered()
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "900")), name="用电")
    assert next(iter(row_results(batch("用电").id)))["case"] == case.number
    corrected()
    case.refresh_from_db()
    assert case.facts["signals"] == {"energy": 1}
    assert unlisted(case.facts) is None


def test_a_dossier_that_names_nobody_gives_up_its_rows_without_alarm() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 2)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 2002, 2, "xz01@adsl", "孙玲", FLAT)), name="答复")
    assert not Event.objects.filter(action="reassign_signals").exists()
    assert not Outbox.objects.filter(topic__in=TOPICS).exists()


def test_the_flag_goes_when_a_list_names_the_case_again() -> None:
    case = one_answered()
    corrected()
    bring("telecom", sheet(TELECOM, seen(5, ONE, 5005, 3)), name="新")
    bring("trace", sheet(TRACE, located(ONE, 5005, 3, "xz01@adsl", "孙玲", FLAT)), name="新答")
    case.refresh_from_db()
    assert case.facts["signals"] == {"traffic": 1}
    assert unlisted(case.facts) is None
    assert found("drc-handler1", unlisted=True) == []
    assert case.facts["reassigned"][0]["batch"] == "更正", "history stays"


def test_the_list_of_cases_is_narrowed_to_them_for_whoever_reads_them_whole() -> None:
    case = one_answered(seen(9, "36.154.193.9", 909, 4))
    corrected()
    assert found("drc-handler1", unlisted=True) == [case.number]
    assert len(found("drc-handler1")) > 1
    assert found("grid-handler1", unlisted=True) == []
    assert found("nj-drc-handler1", unlisted=True) == []


def test_who_reads_only_the_own_part_of_a_case_does_not_learn_it_from_the_filter() -> None:
    case = one_answered()
    world = World(now="2027-01-04 10:00")
    world.act(str(case.id), "drc-handler1", "dispatch_verification", findings=["check_consumption", "inspect_site"])
    assert found("grid-handler1") == [case.number]
    world.act(
        str(case.id), "grid-handler1", "report_consumption", result="abnormal", user_class="ordinary",
        price_class="commercial", serves_residents=False, monthly_kwh="34567", capacity_kva="318.25", illegal_use=False,
        theft=False, arrears_days=0, account="3203145824572", holder="钱桂兰", address="徐州市贾汪区大吴镇水口村1号",
    )  # fmt: skip
    corrected()
    assert found("drc-handler1", unlisted=True) == [case.number]
    assert found("grid-handler1") == [case.number], "its own part is still there"
    assert found("grid-handler1", unlisted=True) == []


@pytest.mark.parametrize(
    ("stage", "facts", "answer"),
    [
        ("monitoring", {}, False),
        ("verification", {"findings": {}}, False),
        ("suspension", {}, True),
        ("penalty_tariff", {}, True),
        ("closed", {"suspension": {"state": "restored"}}, True),
        ("verification", {"surcharge": {"state": "planned"}}, True),
    ],
)
def test_what_somebody_bears_already_makes_it_urgent(stage: str, facts: dict[str, Any], *, answer: bool) -> None:
    assert borne(stage, facts) is answer
