"""One event of the calendar, of the steps of a deadline, of a report on the audit page: words, and no codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import orjson
import pytest

from agencies.actors import Actor, find_actor
from audit import clock
from audit.models import Event
from cases.policy.dated import CHINA
from cases.selectors.case import get_case
from cases.selectors.casepage.differences import differences
from cases.selectors.paging import Row
from cases.selectors.reach.parts import reading
from cases.selectors.trail.contents import Content, contents_of
from cases.web.acts.since import acts_since, told_since
from cases.web.show.changes import changes
from cases.web.show.records.exports import FILES
from cases.web.show.trail.contents import summaries
from cases.workflow.clockwork.escalating import escalate
from tests.calendar.entries import entered
from tests.installation import ROOT
from tests.web import story
from tests.workflow.test_statements import CUT
from tests.workflow.world import World

# So many acts ago a form was opened.
LAST = 12
# What is no word of ours: hashes, ids cut short, days, papers.
OTHER = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}…|SHA-256|PDF|chinesecalendar")
REPORT = {
    "number": "徐整治台账〔2021〕1号", "kind": "ledger", "region": "320300", "from": "2021-11-22", "to": "2021-11-28",
    "version": 2, "late": True, "cases": 3222, "figures_sha256": "a1" * 32,
    "files": [{"audience": "commission", "agency": None, "form": "xlsx", "sha256": "ca" * 32}],
}  # fmt: skip
PLANNED = {
    "number": "江抽查〔2026〕1号", "region": "320300",
    "closed_from": "2026-11-01", "closed_to": "2026-11-20", "strata": "county",
    "size": 5, "population": 40, "population_sha256": "a1" * 32,
}  # fmt: skip
DRAWN = {"plan": "b2" * 32, "drawn": "c3" * 32, "seed": "d4" * 32, "taken": 5, "taken_sha256": "e5" * 32}
FOUND = {
    "position": 2, "result": "problem", "problem_kind": "evidence", "severity": "grave", "correct_by": "2026-12-10",
    "case_seq": 14, "demanded": True,
}  # fmt: skip


CLOCK = {"change": "set", "shows": "2021-12-03T01:30:00.020026Z"}
PARAMETER = {
    "region": "320300", "before": {"working_days": 3}, "value": {"working_days": 5},
    "effective_from": "2026-12-01", "source": "徐整治办〔2026〕3号",
}  # fmt: skip
LIMITED = {"role": "reviewer", "last_day_before": "2026-12-20", "last_day": "2026-12-10"}
MAPPED = {
    "kind": "telecom", "columns_before": ["", "ip"], "columns": ["port", "ip"], "orders_before": {},
    "orders": {"first": "dmy"},
}  # fmt: skip
TAKEN = {"sha256": "a1" * 32, "what": "case_list", "rows": 500, "complete": False, "format": "xlsx"}


def said(body: dict[str, Any]) -> str:
    return "；".join(f"{line['name']} {line['value']}" for line in changes(find_actor("sup-supervisor1"), body, {}))


def body_of(action: str) -> dict[str, Any]:
    bodies = [orjson.loads(bytes(event.body)) for event in Event.objects.order_by("-id")[:50]]
    return next(body for body in bodies if body.get("action") == action)


@pytest.fixture
def told(demo_city: None) -> None:
    clock.set_clock(datetime(2026, 11, 3, 10, tzinfo=CHINA), frozen=True)
    story.dispatched()
    clock.set_clock(datetime(2026, 11, 30, 10, tzinfo=CHINA), frozen=True)
    escalate(now=clock.now())
    entered(now=clock.now(), first=date(2026, 11, 19), last=date(2026, 11, 20))


@pytest.mark.usefixtures("told")
def test_the_events_are_said_in_words() -> None:
    found = {action: said(body_of(action)) for action in ("deadlines_escalated", "calendar_entered")}
    found["sample_planned"] = said({"action": "sample_planned", "data": PLANNED})
    found["sample_drawn"] = said({"action": "sample_drawn", "data": DRAWN})
    found["sample_found"] = said({"action": "sample_found", "data": FOUND})
    found["report_drawn"] = said({"action": "report_drawn", "data": REPORT})
    found["demo_clock_changed"] = said({"action": "demo_clock_changed", "data": CLOCK})
    found["parameter_changed"] = said({"action": "parameter_changed", "data": PARAMETER})
    found["role_limited"] = said({"action": "role_limited", "data": LIMITED})
    found["source_mapped"] = said({"action": "source_mapped", "data": MAPPED})
    found["export_ended"] = said({"action": "export_ended", "data": TAKEN})
    for action, text in found.items():
        assert not re.search(r"[A-Za-z_]{3,}", OTHER.sub("", text)), f"{action}: {text}"
    assert "步骤 到期前提醒" in found["deadlines_escalated"] and "结果 已过时，未发" in found["deadlines_escalated"]
    assert "内容 · 种类 灾害停工日" in found["calendar_entered"] and "状态 有效" in found["calendar_entered"]
    assert "周期起 2021-11-22；" in found["report_drawn"] and "读者 发展改革委" in found["report_drawn"]


def test_the_acts_on_a_case_are_said_without_codes(demo_city: None) -> None:
    """A whole way with pictures, readings, a list that was refused, bills and a merge: every event of it."""
    world = World()
    case = world.determined(world.verified(world.open()), disposals=["suspension", "surcharge"], **CUT)
    world.suspended(case)
    world.surcharged(case)
    twin, survivor = world.open(), world.view(world.open()).number
    world.act(twin, "drc-handler1", "merge_case", survivor=survivor, reason_code="same_site")
    clock.set_clock(world.now, frozen=True)
    raw = {}
    told = set()
    for event in Event.objects.filter(stream__startswith="case/"):
        body = orjson.loads(bytes(event.body))
        told.add(body["action"])
        lines = [f"{line['name']} {line['value']}" for line in changes(find_actor("sup-supervisor1"), body, {})]
        if codes := [line for line in lines if re.search(r"[a-z]+[_:][a-z]+|\b[a-z]{3,}\b", OTHER.sub("", line))]:
            raw[body["action"]] = codes
    assert not raw
    assert {"execute_suspension", "issue_surcharge_list", "merge_case", "decide_determination"} <= told


@pytest.mark.usefixtures("demo_city")
def test_what_stood_before_stands_beside_what_is_new_and_hashes_in_no_line_of_the_list() -> None:
    supervisor = find_actor("sup-supervisor1")
    for action, line in (
        ("parameter_changed", {"name": "值 · 个工作日", "value": "5", "old": "3"}),
        ("parameter_changed", {"name": "依据", "value": "徐整治办〔2026〕3号", "old": ""}),
        ("role_limited", {"name": "结束日", "value": "2026-12-10", "old": "2026-12-20"}),
        ("source_mapped", {"name": "列对应", "value": "源端口、源IP地址", "old": "--、源IP地址"}),
    ):
        data = {"parameter_changed": PARAMETER, "role_limited": LIMITED, "source_mapped": MAPPED}[action]
        lines = changes(supervisor, {"action": action, "data": data}, {})
        assert line in [{name: each[name] for name in line} for each in lines], lines
        assert not any("before" in each["name"] or each["name"] == "早于" for each in lines)
    content = Content({"action": "export_ended", "data": TAKEN}, {}, {}, [], intact=True)
    line = summaries(supervisor, {1: content})[1]
    assert "案件清单" in line
    assert "a1a1" not in line
    assert any("a1a1" in each["value"] for each in changes(supervisor, content.body, {})), "its own page tells it"


def withheld_in(case: str, read: Callable[[Actor, list[Row]], dict[int, list[dict[str, Any]]]]) -> dict[str, set[str]]:
    """By act the members that supervision is told to have changed without their value."""
    supervisor = find_actor("sup-supervisor1")
    rows = [{"id": e.pk, "stream": e.stream, "seq": e.seq} for e in Event.objects.filter(stream=f"case/{case}")]
    acts = dict(Event.objects.filter(stream=f"case/{case}").values_list("seq", "action"))
    lines = read(supervisor, rows)
    return {acts[seq]: {line["member"] for line in lines[seq] if line.get("hidden")} for seq in lines}


def of_trail(actor: Actor, rows: list[Row]) -> dict[int, list[dict[str, Any]]]:
    told = contents_of(actor, rows)
    return {row["seq"]: changes(actor, told[row["id"]].body, told[row["id"]].before) for row in rows}


def of_case(actor: Actor, rows: list[Row]) -> dict[int, list[dict[str, Any]]]:
    case = rows[0]["stream"].removeprefix("case/")
    read = reading(actor, case)
    assert read is not None
    told = differences(actor, case, [row["seq"] for row in rows], read)
    return {seq: changes(actor, each.body, each.before) for seq, each in told.items()}


def of_form(actor: Actor, rows: list[Row]) -> dict[int, list[dict[str, Any]]]:
    """A form that was opened before the last of the events."""
    case, version = get_case(actor, rows[0]["stream"].removeprefix("case/")), len(rows) - LAST
    told = told_since(actor, case, version, clock.now())
    acts = acts_since(actor, case, version)
    assert len(told) == LAST and not any(act["more"] for act in told)
    return {act["seq"]: each["changes"] for act, each in zip(acts, told, strict=True)}


@pytest.mark.usefixtures("demo_city")
def test_of_what_is_withheld_the_acts_that_changed_it_say_so_and_no_others() -> None:
    world = World()
    surcharged = {"finding": "self_operated", "subject": "sole_trader", "disposals": ["surcharge"]}
    case = world.determined(world.verified(world.open()), **surcharged, proven_from="2026-10-01")
    world.surcharged(case)
    month = {"month": "2026-10", "cycle_from": "2026-10-01", "cycle_to": "2026-10-31", "kwh": "35000"}
    world.act(case, "grid-billing1", "issue_bill", **month, energy_price="0.6664")
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    for read in (of_trail, of_case, of_form):
        told = withheld_in(case, read)
        assert "monthly_kwh" in told["propose_surcharge"], read.__name__
        for act in ("issue_surcharge_list", "acknowledge_surcharge", "notify_subscriber", "issue_bill", "review_bill"):
            assert told[act] == set(), (read.__name__, act)


@pytest.mark.usefixtures("demo_city")
def test_the_list_of_the_trail_tells_last_what_is_withheld_and_no_commitment() -> None:
    supervisor, kept = find_actor("sup-supervisor1"), {"withheld": "energy", "hmac": "a1b2c3d4" * 8}
    body = {"set": {"surcharge": {"monthly_kwh": kept, "state": "ended"}}}
    for before in ({}, {"surcharge": {"monthly_kwh": {**kept, "hmac": "b2c3d4e5" * 8}, "state": "notified"}}):
        line = summaries(supervisor, {1: Content(body, before, {}, [], intact=True)})[1]
        assert line.endswith("：按权限不显示")
        assert line.index("状态") < line.index("月用电量")


@pytest.mark.usefixtures("demo_city")
def test_of_rows_a_line_tells_those_that_differ_and_what_in_them() -> None:
    def bill(no: str, review: str, price: str = "0.6664") -> dict[str, Any]:
        return {"energy_price": price, "month": "2026-10", "no": no, "review": review, "lines": [{"item": "tier1"}]}

    supervisor, kept = find_actor("sup-supervisor1"), {"surcharge": {"bills": [bill("B01", "ok"), bill("B02", "open")]}}
    reviewed = {"set": {"surcharge": {"bills": [bill("B01", "ok"), bill("B02", "ok")]}}}
    (line,) = changes(supervisor, reviewed, kept)
    assert ("B01" in line["value"], "B02" in line["value"], "B02" in line["old"]) == (False, True, True)
    assert not any("0.6664" in line[side] or "2026-10" in line[side] for side in ("old", "value"))
    more = {"set": {"surcharge": {"bills": [*kept["surcharge"]["bills"], bill("B03", "open", "0.7")]}}}
    (line,) = changes(supervisor, more, kept)
    assert (line["old"], "B02" in line["value"], "B03" in line["value"], "0.7" in line["value"]) == (
        "",
        False,
        True,
        True,
    )
    gone = {"set": {"surcharge": {"bills": [bill("B01", "ok")]}}}
    (line,) = changes(supervisor, gone, kept)
    assert (line["value"], "B02" in line["old"]) == ("--", True)


def test_whatever_leaves_as_a_file_has_a_name() -> None:
    taken = re.compile(r'what="(\w+)"|note_export\(request, "(\w+)"')
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "cases").rglob("*.py")]
    found = {one or other for text in texts for one, other in taken.findall(text)}
    assert len(found) > 10
    assert found - set(FILES) == set()


def test_a_line_says_which_role_was_given_and_no_code_beside_its_name(demo_city: None) -> None:
    body = {
        "action": "role_granted",
        "data": {"agency": 1, "agency_code": "320300-drc", "ceiling": "ordinary", "role": "handler"},
    }
    line = summaries(find_actor("sup-supervisor1"), {1: Content(body, {}, {}, [], intact=True)})[1]
    assert line.startswith("角色：经办")
    assert "320300-drc" not in line
    assert line.endswith("等 3 项")
