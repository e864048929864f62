"""An agency's own part of a case: what it did, what it was sent and the answers it got, and nothing of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.actors import system_actor
from agencies.directory import get_directory
from audit import clock
from audit.models import Event
from cases.documents.attachments import read_attachment, store_attachment
from cases.selectors import evidence, pages
from cases.selectors.attachments import get_attachment, list_attachments
from cases.selectors.case import get_case
from cases.selectors.cases import CaseFilter, list_cases
from cases.selectors.events import EventFilter, get_event, search_events
from cases.selectors.precision.personal import Opened, personal
from cases.selectors.reach.parts import _kept
from cases.selectors.timeline import timeline
from cases.workflow.deciding.available import available_actions
from cases.workflow.deciding.decision import _readable
from cases.workflow.deciding.loading import load_attachments, load_case
from cases.workflow.engine import perform
from cases.workflow.errors import InvalidInput, StaleVersion
from cases.workflow.telling import free_texts
from cases.workflow.view import Context
from tests.web import story


@pytest.fixture
def keep(who):
    """`keep(case, "grid-handler1")`: a file of this person on the case; returns its id."""

    def store(case, username, name="材料.pdf"):
        upload = SimpleUploadedFile(name, f"%PDF-1.7 {username} {name}".encode())
        return store_attachment(actor=who(username), case_id=case, kind="document", upload=upload, now=clock.now())

    return store


def opened(*items):
    return Opened(dict.fromkeys(items, clock.now() + timedelta(hours=1)))


def acts(actor, case):
    page = timeline(actor, case, texts=free_texts)
    assert page is not None
    assert page.total == len(page.rows)
    return [row["action"] for row in page.rows]


# -- who handed it over ------------------------------------------------------------------------------------------


def test_who_owes_a_finding_reads_the_whole_and_who_has_given_it_its_own_part(do, who):
    case = story.dispatched().case_id
    for username in ("telecom-handler1", "cac-handler1"):
        assert get_case(who(username), case)["part"] == "whole"
    do("cac-handler1", "report_traffic", case, result="confirmed", pools="2", connections="41260")
    do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    own = get_case(who("telecom-handler1"), case)
    assert own["part"] == "own"
    assert list(own["facts"]["findings"]) == ["trace_subscriber"]
    assert set(own["facts"]) == {"findings"}
    assert own["tasks"] == []
    assert [p["relation"] for p in own["participants"]] == ["lead", "task"]
    assert acts(who("telecom-handler1"), case) == ["dispatch_verification", "report_subscriber"]
    whole = get_case(who("grid-handler1"), case)
    assert (whole["part"], set(whole["facts"]["findings"])) == ("whole", {"trace_subscriber", "analyse_traffic"})


def test_of_an_own_part_the_list_and_its_filters_tell_no_more_than_the_case(do, who):
    case = story.dispatched()
    do("telecom-handler1", "report_subscriber", case.case_id, result="identified", subject="sole_trader")
    telecom, grid = who("telecom-handler1"), who("grid-handler1")
    (row,) = list_cases(telecom, CaseFilter()).rows
    assert (row["part"], row["next_task"], row["review_on"]) == ("own", None, None)
    for holder in ("drc-handler1", "grid-handler1", "cac-handler1"):
        wanted = CaseFilter(holder_ids=(who(holder).posts[0].agency_id,))
        assert list_cases(telecom, wanted).total == 0, holder
        assert list_cases(grid, wanted).total == 1, holder
    assert [row[name] for name in ("subject", "monthly_kwh", "signals", "open_tasks")] == [None] * 4
    assert pages.outgoing(telecom, now=clock.now()) == []
    assert len(pages.outgoing(grid, now=clock.now())) == 2
    assert evidence.signals(telecom, case.case_id) == []
    assert [move["stage"] for move in pages.stage_history(telecom, case.case_id)] == ["verification"]


def test_files_and_events_of_the_others_are_no_part_of_it_by_any_address(do, who, keep):
    case = story.dispatched().case_id
    mine, theirs = keep(case, "telecom-handler1"), keep(case, "grid-handler1")
    do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader", attachments=[mine])
    actor = who("telecom-handler1")
    assert [row["id"] for row in list_attachments(actor, case)] == [mine]
    assert get_attachment(actor, theirs) is None
    assert read_attachment(actor, theirs, now=clock.now()) is None
    for event in Event.objects.filter(stream=f"case/{case}"):
        assert (get_event(actor, event.pk) is not None) == (event.action == "report_subscriber")
    assert [row["action"] for row in search_events(actor, EventFilter(case_id=case)).rows] == ["report_subscriber"]


def test_naming_a_file_of_another_agency_does_not_tell_that_it_is_there(do, who, keep):
    case = story.dispatched().case_id
    theirs = keep(case, "grid-handler1")
    do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    said = []
    for file_id in (theirs, "018f0000-0000-7000-8000-00000000f11e"):
        with pytest.raises(InvalidInput) as refused:
            do("telecom-handler1", "attach_document", case, paper="other", attachments=[file_id])
        said.append(refused.value.fields)
    assert said[0] == said[1]
    assert "attachments" in said[0]


def test_what_moved_on_meanwhile_is_named_to_those_only_who_read_it(do, who):
    case = story.dispatched()
    do("telecom-handler1", "report_subscriber", case.case_id, result="identified", subject="sole_trader")
    for username, told in (("telecom-handler1", False), ("cac-handler1", True)):
        with pytest.raises(StaleVersion) as stale:
            perform(
                case_id=case.case_id, action="comment", actor=who(username), data={"comment": "补充"},
                expected_version=1, idempotency_key=None, now=clock.now(),
            )  # fmt: skip
        assert ("反馈溯源结果" in stale.value.text.zh) == told


def test_the_whole_comes_back_with_new_work(do, who):
    case = story.dispatched().case_id
    do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    assert get_case(who("telecom-handler1"), case)["part"] == "own"
    task = next(t["id"] for t in get_case(who("drc-handler1"), case)["tasks"] if t["kind"] == "check_consumption")
    do("grid-handler1", "request_assistance", case, task=task, agency="320300-telecom", question="该户宽带账号是否续用")
    assert get_case(who("telecom-handler1"), case)["part"] == "whole"
    do("telecom-handler1", "answer_assistance", case, answer="仍在使用")
    assert acts(who("telecom-handler1"), case)[-2:] == ["request_assistance", "answer_assistance"]


def test_a_commission_that_handed_its_case_to_another_region_keeps_its_own_part(do, who):
    case = story.reported().case_id
    do("drc-handler1", "propose_transfer", case, to_region="320102", reason_code="site_elsewhere", reason="场所在南京")
    assert get_case(who("drc-handler1"), case)["part"] == "whole"
    do("nj-drc-reviewer1", "receive_transfer", case, decision="accept")
    do("nj-drc-handler1", "comment", case, comment="南京接手后的内部意见")
    drc = who("drc-handler1")
    own = get_case(drc, case)
    assert own["part"] == "own"
    assert set(own["facts"]["findings"]) == {"inspect_site"}
    told = acts(drc, case)
    assert told[-1] == "receive_transfer"
    assert "comment" not in told
    assert "report_consumption" not in told
    assert "南京接手" not in str(timeline(drc, case, texts=free_texts).rows)
    assert get_case(who("nj-drc-handler1"), case)["part"] == "whole"


# -- partners ------------------------------------------------------------------------------------------


@pytest.fixture
def referred(do, keep):
    """A case with its findings, referred to the police with a paper of its own, and to the discipline inspection."""
    case = story.reported().case_id
    paper = keep(case, "drc-approver1", "移送材料.pdf")
    others = keep(case, "grid-handler1", "电费清单.pdf")
    do(
        "drc-approver1",
        "refer_case",
        case,
        partner="320300-police",
        matter="crime",
        attachments=[paper],
        request="请查",
    )
    do("drc-approver1", "refer_case", case, partner="320300-discipline", matter="public_resource", request="请核")
    return case, paper, others


def test_a_partner_reads_the_header_the_referral_its_papers_and_its_own_acts_even_while_it_owes_an_answer(
    referred, do, who
):
    case, paper, others = referred
    police = who("police-handler1")
    do("police-handler1", "acknowledge_referral", case, file_no="徐公立〔2026〕8号")
    own = get_case(police, case)
    assert (own["part"], own["stage"]) == ("own", "verification")
    assert set(own["facts"]) == {"referrals"}
    assert {row["sort"] for row in own["facts"]["referrals"]} == {"police"}
    assert [task["kind"] for task in own["tasks"]] == ["reply_referral"]
    assert [paper["kind"] for paper in own["documents"]] == ["referral"]
    assert acts(police, case) == ["refer_case", "acknowledge_referral"]
    assert [row["id"] for row in list_attachments(police, case)] == [paper]
    assert get_attachment(police, others) is None
    assert evidence.signals(police, case) == []
    assert personal(police, case, opened=opened("subscriber", "address", "phone")) == []


def test_an_act_may_name_a_file_that_its_person_reads_and_no_other(referred, who):
    case, paper, others = referred
    view, given = load_case(case, system_actor().user_id, lock=False).view, load_attachments(case, [paper, others])
    assert set(given) == {paper, others}

    def named(username):
        context = Context(clock.now(), who(username), who(username).posts[0], get_directory())
        return set(_readable(view, context, given))

    assert named("drc-handler1") == {paper, others}
    assert named("police-handler1") == {paper}
    assert named("grid-handler1") == {others}
    assert named("discipline-handler1") == named("nj-drc-handler1") == set()


def test_a_partner_is_told_of_no_other_referral_and_of_nothing_the_others_owe(referred, who):
    case, _paper, _others = referred
    police, discipline = who("police-handler1"), who("discipline-handler1")
    assert "discipline" not in str(get_case(police, case)["facts"])
    assert "discipline" not in str(get_case(police, case)["participants"])
    assert {row["sort"] for row in get_case(discipline, case)["facts"]["referrals"]} == {"discipline"}
    (row,) = list_cases(police, CaseFilter()).rows
    assert row["next_task"]["kind"] == "acknowledge_referral"
    for username in ("drc-handler1", "discipline-handler1"):
        wanted = CaseFilter(holder_ids=(who(username).posts[0].agency_id,))
        assert list_cases(police, wanted).total == 0, username
    assert pages.outgoing(police, now=clock.now()) == []


def test_a_case_that_was_referred_to_nobody_there_is_not_seen_by_a_partner(who):
    case = story.reported()
    assert get_case(who("police-handler1"), case.number) is None
    assert list_cases(who("police-handler1"), CaseFilter()).total == 0


def test_what_somebody_may_do_does_not_depend_on_what_they_read(referred, who):
    case, _paper, _others = referred
    police = {a.action: a for a in available_actions(case_id=case, actor=who("police-handler1"), now=clock.now())}
    assert police["acknowledge_referral"].allowed
    assert police["comment"].allowed
    assert police["propose_determination"].refusal.status == 403


# -- what is left of a fact ---------------------------------------------------------------------------------------

MINE, OTHERS = {"agency": 1, "said": "甲"}, {"to_agency": 2, "said": "乙"}


@pytest.mark.parametrize(
    ("value", "acted", "kept"),
    [
        # What names an agency is its own, whoever wrote it; several in one are kept one by one.
        (MINE, False, MINE),
        (OTHERS, True, None),
        ({"agency": 2, "by_agency": 1}, False, {"agency": 2, "by_agency": 1}),
        ([MINE, OTHERS], False, [MINE]),
        ([OTHERS], True, None),
        ({"1": MINE, "2": OTHERS}, True, {"1": MINE}),
        ({"2": OTHERS}, False, None),
        ({"1": {"a": MINE, "b": OTHERS}}, False, {"1": {"a": MINE}}),
        # What names none is that of whoever wrote it.
        ("甲", True, "甲"),
        ("甲", False, None),
        (["甲"], True, ["甲"]),
        (["甲"], False, None),
        ({}, True, {}),
        ({}, False, None),
        ({"said": "甲", "row": OTHERS}, True, {"said": "甲", "row": OTHERS}),
        ({"said": "甲", "row": MINE}, False, None),
    ],
)
def test_of_a_fact_an_agency_keeps_what_names_it_and_what_it_wrote(value, acted, kept):
    assert _kept(value, frozenset({1}), acted=acted) == kept
