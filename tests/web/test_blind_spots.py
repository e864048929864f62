"""监管盲区清单: what enters, who sees it and how precisely, filters, pages, totals, and the report with its record."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from audit import clock
from audit.models import Access
from cases.policy.dated import CHINA
from cases.policy.law import RULE_SET_VERSION
from cases.selectors.law import blindspots
from tests.api.conftest import Person
from tests.days import today
from tests.web import story

HOME = {"result": "abnormal", "user_class": "residential", "price_class": "tiered", "serves_residents": True}
OFFICERS = [{"staff_no": "DRC0001"}, {"staff_no": "DRC0002"}]


def household(region: str = "320303", kwh: str | None = "9000", reason: str = "residents_no_suspension") -> Any:
    case = story.dispatched(region=region, title="居民用户")
    told = {**HOME, "holder": "邵建国", **({"monthly_kwh": kwh} if kwh else {})}
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="natural_person")
    story.do("grid-handler1", "report_consumption", case, **told)
    story.do("cac-handler1", "report_traffic", case, result="confirmed")
    story.do(
        "drc-handler1", "record_inspection", case, result="running", inspected_at=clock.now().isoformat(),
        officers=OFFICERS, home_entry=False, signature="signed", subject="natural_person",
    )  # fmt: skip
    review = today(40).isoformat()
    story.do(
        "drc-handler1", "propose_determination", case, finding="self_operated", subject="natural_person",
        disposals=["continue_monitoring"], monitoring_reason=reason, review_on=review,
    )  # fmt: skip
    return story.do("drc-reviewer1", "decide_determination", case, decision="approve")


@pytest.fixture
def three(demo_city: None) -> list[Any]:
    return [
        household("320303", "9000"),
        household("320302", "1200.5", "persons_no_surcharge"),
        household("320303", None),
    ]


def page(who: str, query: str = "") -> Any:
    return Person(who).client.get(f"/blind-spots/{query}")


def asked(who: str, query: str = "") -> Any:
    return Person(who).get(f"blind-spots/{query}")


def test_the_register_lists_them_with_reason_day_energy_and_a_masked_holder(three: list[Any]) -> None:
    answer = asked("drc-handler1").data
    assert [row["number"] for row in answer["results"]] == [case.number for case in reversed(three)]
    row = answer["results"][1]
    assert (row["reason"], row["kwh"], row["holder"]) == ("persons_no_surcharge", "1200.5", "邵**")
    assert row["since"] == clock.now().astimezone(CHINA).date().isoformat()
    assert "1283号" in row["article"]
    assert answer["total"] == {"value": 3, "exact": True, "text": "3"}
    assert answer["totals"] == {
        "cases": 3, "kwh": "10200.5", "without_kwh": 1,
        "by_reason": [{"code": "residents_no_suspension", "cases": 2}, {"code": "persons_no_surcharge", "cases": 1}],
        "by_region": [{"code": "320303", "cases": 2}, {"code": "320302", "cases": 1}],
    }  # fmt: skip
    shown = page("drc-handler1").content.decode()
    assert "监管盲区清单" in shown
    assert "邵**" in shown
    assert "邵建国" not in shown
    assert "10,200.5" in shown


def test_region_reason_order_and_pages(three: list[Any]) -> None:
    first, second, third = (case.number for case in three)

    def numbers(query: str) -> list[str]:
        return [row["number"] for row in asked("drc-handler1", query).data["results"]]

    assert numbers("?region=320302") == [second]
    assert numbers("?reason=residents_no_suspension&order=oldest") == [first, third]
    assert numbers("?order=region")[0] == second
    one = asked("drc-handler1", "?page_size=2").data
    two = asked("drc-handler1", f"?page_size=2&cursor={one['next']}").data
    assert [row["number"] for row in one["results"] + two["results"]] == [third, second, first]
    back = asked("drc-handler1", f"?page_size=2&cursor={two['previous']}").data
    assert [row["number"] for row in back["results"]] == [third, second]
    assert asked("drc-handler1", "?reason=none").status_code == 400
    assert asked("drc-handler1", f"?order=oldest&cursor={one['next']}").status_code == 400
    assert "没有列入监管盲区的案件" in page("drc-handler1", "?region=320311").content.decode()


def test_commissions_and_supervisions_see_their_subtree_and_nobody_else_the_register(three: list[Any]) -> None:
    for who in ("js-drc-handler1", "sup-supervisor1"):
        answer = asked(who).data
        assert len(answer["results"]) == 3
        assert {row["holder"] for row in answer["results"]} <= {None, "邵**"}
        assert not {"9000", "1200.5"} & {str(row["kwh"]) for row in answer["results"]}, who
    assert asked("nj-drc-handler1").data["totals"]["cases"] == 0
    for who in ("grid-handler1", "telecom-handler1", "cac-handler1"):
        assert asked(who).status_code == 404
        assert page(who).status_code == 404
        assert Person(who).client.get("/blind-spots/report.xlsx").status_code == 404
        assert "/blind-spots/" not in Person(who).client.get("/").content.decode()
    assert 'href="/blind-spots/"' in Person("drc-handler1").client.get("/").content.decode()


def test_a_sum_over_fewer_than_three_tells_a_superior_nothing(three: list[Any]) -> None:
    assert asked("js-drc-handler1").data["totals"]["kwh"] == "10200.5"
    assert asked("js-drc-handler1", "?region=320302").data["totals"]["kwh"] is None
    assert asked("drc-handler1", "?region=320302").data["totals"]["kwh"] == "1200.5", "whoever leads reads each"


def test_looked_at_again_it_stays_and_closed_it_leaves(three: list[Any]) -> None:
    case = three[0]
    story.do("drc-handler1", "dispatch_verification", case, findings=["inspect_site"])
    assert asked("drc-handler1").data["totals"]["cases"] == 3
    story.do(
        "drc-handler1", "record_inspection", case, result="removed", inspected_at=clock.now().isoformat(),
        officers=OFFICERS, home_entry=False, signature="signed", subject="natural_person",
    )  # fmt: skip
    story.do(
        "drc-handler1", "propose_determination", case, finding="already_stopped", subject="natural_person",
        disposals=["close"],
    )  # fmt: skip
    assert asked("drc-handler1").data["totals"]["cases"] == 3, "proposed, and not decided"
    story.do("drc-reviewer1", "decide_determination", case, decision="approve")
    assert asked("drc-handler1").data["totals"]["cases"] == 2


def test_the_report_has_a_cover_and_the_list_and_is_on_record(
    three: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Person("drc-handler1").client
    file = client.get("/blind-spots/report.xlsx?region=320303")
    assert file["Content-Type"].endswith("sheet") and "blind-spots.xlsx" in file["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
    assert book.sheet_names == ["汇总", "清单"]
    cover = {str(row[0]): row[1] for row in book.get_sheet_by_name("汇总").to_python() if len(row) > 1}
    assert cover["规则版本"] == RULE_SET_VERSION
    assert int(cover["案件数"]) == 2 and float(cover["月用电量合计（千瓦时）"]) == 9000
    assert "李明远" in str(cover["制表"])
    lines = book.get_sheet_by_name("清单").to_python()
    assert len(lines) == 3 and "邵建国" not in str(lines) and "邵**" in str(lines)
    line = Access.objects.filter(way="export").latest("id")
    assert (line.items, line.rows) == (["blind_spots"], 2)
    text = client.get("/blind-spots/report.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0].startswith("监管盲区清单：李明远") and len(rows) == 5
    assert Access.objects.filter(way="export", items=["blind_spots"]).count() == 2
    assert Person("drc-handler1").client.get("/api/v1/blind-spots/report").status_code == 200
    assert Access.objects.filter(way="export", items=["blind_spots"]).count() == 3
    monkeypatch.setattr(blindspots, "MOST_EXPORTED", 2)
    cut = client.get("/blind-spots/report.csv").content.decode("utf-8-sig")
    assert "清单只列前 2 件，共 3 件" in cut.splitlines()[0]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/blind-spots/report.xlsx").content))
    assert ["说明", "清单只列前 2 件，共 3 件，合计为全部"] in [
        row[:2] for row in book.get_sheet_by_name("汇总").to_python()
    ]
