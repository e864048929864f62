"""`report.ready`: each version once, to whoever reads it, with a link that opens; and no file of another agency."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from agencies.actors import find_actor
from cases.models import Outbox, Report, ReportFile, ReportVersion
from cases.policy.reports.figures import ENERGY
from cases.reporting.access import (
    changes_for,
    drawing_agency,
    edition_of,
    files_for,
    find_file,
    visible_reports,
    watched_regions,
)
from cases.reporting.drawing import draw_version
from cases.reporting.listing import list_reports
from cases.web.show.reports.pages import files_of
from cases.workflow.errors import NotVisible
from notifications.models import Message
from notifications.relay import deliver_all
from tests.reporting import weeks
from tests.reporting.weeks import AFTER, at
from tests.web.conftest import LogIn

READERS = {
    "ledger": {"drc-handler1", "drc-handler2", "drc-reviewer1", "drc-reviewer2", "drc-approver1", "drc-approver2"},
}


@pytest.fixture
def late(demo_city: None) -> None:
    """Grid, carriers and cyberspace office owe findings since the week before."""
    case = weeks.opened("2026-11-02 10:00")
    weeks.do("2026-11-03 10:00", "drc-handler1", "dispatch_verification", case, findings=weeks.FINDINGS)


def told(number: str) -> set[str]:
    found = Message.objects.filter(topic="report.ready", payload__number=number)
    return set(found.values_list("user__username", flat=True))


@pytest.mark.usefixtures("late")
def test_whoever_reads_a_report_hears_of_each_version_once() -> None:
    ledger, bulletin = weeks.draw("ledger"), weeks.draw("overdue")
    deliver_all()
    assert READERS["ledger"] <= told(ledger.report.number)
    assert {name.split("-")[0] for name in told(ledger.report.number)} <= {"drc", "xzsup"}
    # Whoever has an excerpt: its reviewers.
    assert {"grid-reviewer1", "drc-handler1"} <= told(bulletin.report.number)
    assert "grid-handler1" not in told(bulletin.report.number)
    one = Message.objects.filter(topic="report.ready", user__username="grid-reviewer1").get()
    assert (one.case_id, one.payload["link"]) == (None, f"/reports/{bulletin.report_id}/")
    before = Message.objects.count()
    draw_version(ledger.pk, at(AFTER))
    deliver_all()
    assert Message.objects.count() == before
    later = weeks.draw("ledger", by="drc-handler1")
    deliver_all()
    again = Message.objects.filter(topic="report.ready", payload__number=later.report.number)
    assert again.count() > len(told(ledger.report.number))
    keys = Outbox.objects.filter(topic="report.ready", payload__number=later.report.number).values_list(
        "key", flat=True
    )
    assert {key.split("/")[2] for key in keys} == {"1", "2"}


@pytest.mark.usefixtures("late")
def test_the_message_opens_the_report_in_both_languages(log_in: LogIn) -> None:
    bulletin = weeks.draw("overdue")
    deliver_all()
    client = log_in("grid-reviewer1")
    one = Message.objects.get(topic="report.ready", user__username="grid-reviewer1")
    page = client.get("/inbox/").content.decode()
    assert bulletin.report.number in page
    opened = client.post(f"/inbox/{one.pk}/") if client.get(f"/inbox/{one.pk}/").status_code == 405 else None
    answer = opened or client.get(f"/inbox/{one.pk}/")
    assert answer["Location"] == f"/reports/{bulletin.report_id}/"
    assert client.get(answer["Location"]).status_code == 200
    client.post("/language/", {"language": "en", "next": "/"})
    assert "Overdue bulletin" in client.get("/inbox/").content.decode()


@pytest.mark.usefixtures("late")
def test_an_excerpt_is_its_agencys_even_where_the_wall_would_let_others_through() -> None:
    """Here everything is seen by the database's leave: only what the application asks for holds it back."""
    bulletin = weeks.draw("overdue")
    excerpts = {
        file.agency.code: file.agency_id for file in ReportFile.objects.filter(audience="agency") if file.agency
    }
    assert {"320300-grid", "320300-telecom", "320300-cac"} <= excerpts.keys()
    for who, code in (("grid-handler1", "320300-grid"), ("cac-handler1", "320300-cac")):
        actor = find_actor(who)
        version = ReportVersion.objects.select_related("report").get(pk=bulletin.pk)
        assert edition_of(actor, version.report) == ("agency", (excerpts[code],))
        assert {(file.audience, file.agency_id) for file in files_for(actor, version)} == {("agency", excerpts[code])}
        listed = files_of(actor, list_reports(actor).rows)
        assert {file.agency_id for files in listed.values() for file in files} == {excerpts[code]}
        for other in set(excerpts) - {code}:
            with pytest.raises(NotVisible):
                find_file(actor, bulletin.report_id, 1, "xlsx", excerpts[other])
    with pytest.raises(NotVisible):
        find_file(find_actor("police-handler1"), bulletin.report_id, 1, "xlsx")
    with pytest.raises(NotVisible):
        find_file(find_actor("nj-drc-handler1"), bulletin.report_id, 1, "xlsx")
    seen = {
        who: Report.objects.filter(visible_reports(find_actor(who)), pk=bulletin.report_id).exists()
        for who in ("drc-handler1", "xzsup-supervisor1", "grid-handler1", "police-handler1", "nj-drc-handler1")
    }
    assert [who for who, is_seen in seen.items() if is_seen] == ["drc-handler1", "xzsup-supervisor1", "grid-handler1"]


@pytest.mark.usefixtures("demo_city")
def test_one_watches_and_has_reports_drawn_up_through_posts_that_work_on_cases_there() -> None:
    handler = find_actor("drc-handler1")
    (post,) = handler.posts

    def through(**other: Any) -> tuple[list[str], bool]:
        actor = replace(handler, posts=(replace(post, **other),))
        return watched_regions(actor), drawing_agency(actor) is not None

    assert through() == ([post.region_code], True)
    assert through(roles=frozenset({"agency_admin"})) == ([], False), "an administrator works on no case"
    assert through(kind="grid_company") == ([], False)
    assert not through(is_unit=True)[1]
    assert not through(roles=frozenset({"reviewing_nothing"}))[1]


@pytest.mark.usefixtures("late")
def test_a_file_is_the_one_that_was_asked_for_and_of_a_version_that_was_drawn_up() -> None:
    bulletin, actor = weeks.draw("overdue"), find_actor("drc-handler1")
    assert [find_file(actor, bulletin.report_id, 1, form).form for form in ("xlsx", "pdf")] == ["xlsx", "pdf"]
    for version, form in ((2, "xlsx"), (1, "docx")):
        with pytest.raises(NotVisible):
            find_file(actor, bulletin.report_id, version, form)


def test_changes_are_told_to_whoever_reads_the_figures_themselves() -> None:
    energy, plain = [["320303", ENERGY[0]], 1, 2], [["320303", "received"], 1, 2]

    def told(audience: str, kind: str = "ledger", *, elsewhere: bool = False) -> list[Any]:
        report, figures = SimpleNamespace(kind=kind), {"led_elsewhere": elsewhere}
        version: Any = SimpleNamespace(report=report, figures=figures, changes=[energy, plain])
        return changes_for(version, audience)

    assert told("commission") == [energy, plain]
    assert told("commission", elsewhere=True) == told("watch") == [plain]
    assert told("watch", "overdue") == [energy, plain]
    assert told("agency") == told("agency", "overdue") == []
