"""Weekly ledgers and overdue bulletins over HTTP: as the pages give them, and no more."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from audit import clock
from audit.models import Access
from cases.models import Report, ReportFile, ReportVersion
from cases.policy.reports.weeks import last_complete
from cases.reporting.drawing import draw_version
from tests.api.test_clients import System
from tests.reporting import weeks
from tests.reporting.weeks import BEFORE, DURING, WEEK


@pytest.fixture
def story(demo_city: None) -> None:
    old = weeks.opened("2026-11-02 10:00")
    weeks.do("2026-11-03 10:00", "drc-handler1", "dispatch_verification", old, findings=weeks.FINDINGS)
    weeks.verified(DURING, weeks.opened(BEFORE), kwh="87654.3", project="new")


@pytest.mark.usefixtures("story")
def test_who_reads_which_report_and_how_much_of_it(person: Any) -> None:
    ledger, bulletin = weeks.draw("ledger"), weeks.draw("overdue")
    seen = {
        "drc-handler1": {"ledger", "overdue"},
        "xzsup-supervisor1": {"ledger", "overdue"},
        "js-drc-handler1": {"ledger", "overdue"},
        "grid-handler1": {"overdue"},
        "nj-drc-handler1": set(),
    }
    for who, kinds in seen.items():
        asked = person(who)
        found = asked.get("reports/").data
        assert {row["kind"] for row in found["results"]} == kinds, who
        assert found["total"]["value"] == len(kinds)
        for version in (ledger, bulletin):
            status = asked.get(f"reports/{version.report_id}").status_code
            assert status == (200 if version.report.kind in kinds else 404), who
    one = person("drc-handler1").get(f"reports/{ledger.report_id}").data
    assert one["figures"]["now"]["regions"][0]["received"] == 2
    assert one["figures"]["now"]["regions"][0]["assessed"] == "175308.6"
    assert (one["number"], one["versions"][0]["cases"], one["excerpt"]) == (ledger.report.number, 2, False)
    # A sum over fewer than three cases would tell whoever reads no case's energy.
    above = person("js-drc-handler1").get(f"reports/{ledger.report_id}")
    assert above.data["figures"]["now"]["regions"][0]["kwh"] is None
    assert "87654" not in above.content.decode()
    own = person("grid-handler1").get(f"reports/{bulletin.report_id}").data
    assert (own["excerpt"], own["figures"], own["versions"][0]["cases"]) == (True, None, None)
    assert {file["agency"] for file in own["versions"][0]["files"]} == {"320300-grid"}
    listed = person("drc-handler1").get("reports/?kind=overdue&page_size=1").data["results"]
    assert [row["number"] for row in listed] == [bulletin.report.number]
    assert person("drc-handler1").get("reports/?kind=x").status_code == 400


@pytest.mark.usefixtures("story")
def test_a_file_is_what_is_kept_and_taking_it_is_on_record(person: Any) -> None:
    bulletin = weeks.draw("overdue")
    for who in ("drc-handler1", "grid-handler1"):
        asked = person(who)
        for told in asked.get(f"reports/{bulletin.report_id}").data["versions"][0]["files"]:
            answer = asked.client.get(told["address"])
            digest = hashlib.sha256(b"".join(answer.streaming_content)).hexdigest()
            assert digest == told["sha256"]
            assert Access.objects.filter(file_hash=digest).exists()
    other = ReportFile.objects.filter(audience="agency").exclude(agency__code="320300-grid").first()
    assert other is not None
    assert other.agency is not None
    address = f"reports/{bulletin.report_id}/versions/1/xlsx"
    grid = person("grid-handler1")
    assert grid.get(f"{address}?agency={other.agency.code}").status_code == 404
    assert grid.get(address.replace("/1/", "/2/")).status_code == 404
    assert grid.get(address.replace("xlsx", "docx")).status_code == 404
    assert person("nj-drc-handler1").get(address).status_code == 404


@pytest.mark.usefixtures("story")
def test_drawing_up_and_looking_ahead(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Any] = []
    monkeypatch.setattr("cases.api.views.reports.weekly.ring", rung.append)
    handler, week = person("drc-handler1"), f"{last_complete(clock.now()).first}"
    ahead = handler.get(f"reports/preview?kind=ledger&week={week}").data
    assert ahead["first_day"] == week
    assert not Report.objects.exists()
    answer = handler.post("reports/", {"kind": "ledger", "week": week})
    assert (answer.status_code, answer.data["begun"], answer.data["state"]) == (202, True, "drawing")
    again = handler.post("reports/", {"kind": "ledger", "week": week}).data
    assert (again["begun"], again["version"], len(rung)) == (False, 1, 1)
    draw_version(rung[0].pk, clock.now())
    told = handler.get(answer.headers["Location"]).data
    assert told["versions"][0]["asked_by"]["name"] == "李明远"
    assert told["figures"] == ahead["figures"]
    for body, status in (
        ({"kind": "ledger", "week": "2026-11-17"}, 400),
        ({"kind": "ledger", "week": 7}, 400),
        ({"kind": "ledger", "week": week, "again": True}, 400),
        ({}, 400),
    ):
        assert handler.post("reports/", body).status_code == status, body
    for who in ("grid-handler1", "xzsup-supervisor1"):
        assert person(who).post("reports/", {"kind": "ledger", "week": week}).status_code == 403
        assert person(who).get(f"reports/preview?kind=ledger&week={week}").status_code == 404
    assert handler.get("reports/preview?kind=ledger&week=2026-11-17").status_code == 400


@pytest.mark.usefixtures("story")
def test_a_later_version_tells_no_energy_to_whoever_reads_none(person: Any) -> None:
    """What two versions say otherwise is a difference of sums, and so the energy of a case."""
    version = weeks.draw()
    later = ReportVersion(
        report=version.report, version=2, asked_at=clock.now(), due_at=version.due_at, state="drawing"
    )
    # As a drawing leaves it, without the files of one.
    path = ["now", "regions", "320303"]
    later.figures, later.drawn_at = version.figures, clock.now()
    later.changes = [[[*path, "kwh"], "0", "87654.3"], [[*path, "received"], 1, 2]]
    later.save()
    for who, wanted in (("drc-handler1", 2), ("xzsup-supervisor1", 1), ("js-drc-handler1", 1)):
        told = person(who).get(f"reports/{version.report_id}")
        assert len(told.data["versions"][0]["changes"]) == wanted, who
        page = person(who, language="zh").client.get(f"/reports/{version.report_id}/").content.decode()
        page = page.replace(",", "")  # in words it is 87,654.3
        assert ("87654.3" in page) == ("87654.3" in told.content.decode()) == (wanted == 2), who


@pytest.mark.usefixtures("story")
def test_a_system_of_an_agency_reads_and_draws_up_nothing() -> None:
    bulletin = weeks.draw("overdue")
    system = System("320300-grid", username="grid-feed")
    token = system.token
    assert [row["kind"] for row in system.send(token, "GET", "reports/").data["results"]] == ["overdue"]
    (file,) = (
        f
        for f in system.send(token, "GET", f"reports/{bulletin.report_id}").data["versions"][0]["files"]
        if f["form"] == "pdf"
    )
    taken = system.browser.get(file["address"], headers={"Authorization": f"Bearer {token}"})
    assert hashlib.sha256(b"".join(taken.streaming_content)).hexdigest() == file["sha256"]
    commission = System("320300-drc", username="drc-feed")
    body = {"kind": "ledger", "week": f"{WEEK.first}"}
    refused = commission.send(commission.token, "POST", "reports/", body)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (403, "insufficient_scope")
