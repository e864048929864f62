"""Which events and files a selector tells to whom by itself: here the database hides nothing.

The same through the API and behind the second wall stands in tests/api and tests/wall.
"""

from __future__ import annotations

from datetime import date

import pytest

from agencies.actors import find_actor
from agencies.models import Agency, Membership, User
from agencies.services import set_parameter
from audit import clock
from cases.documents.attachments import read_attachment
from cases.retention import acts
from cases.selectors.attachments import get_attachment, list_attachments
from cases.selectors.events import EventFilter, get_event, search_events
from cases.selectors.timeline import timeline
from tests.agencies.cast import cleared
from tests.retention import story
from tests.workflow.world import World


@pytest.fixture
def world(demo_city):
    return World("2026-12-01 10:00")  # after the day on which the city was loaded: who kept an account then, counts


@pytest.fixture
def case(world):
    """Of Xuzhou; the telecom bureau is asked, and answers."""
    found = world.open()
    world.act(found, "drc-handler1", "dispatch_verification", findings=["trace_subscriber", "inspect_site"])
    world.act(found, "telecom-handler1", "report_subscriber", result="identified", subject="sole_trader", lines=1)
    return found


def events(username):
    page = search_events(find_actor(username), EventFilter(), size=1000)
    assert page.next is None
    return page.rows


def named(username, sort):
    return {row["stream"].partition("/")[2] for row in events(username) if row["stream"].startswith(f"{sort}/")}


def accounts(**where):
    return set(
        User.objects.filter(pk__in=Membership.objects.filter(**where).values("user")).values_list("username", flat=True)
    )


def test_everyday_posts_read_the_events_of_their_own_account_and_of_no_agency(world):
    for username in ("drc-handler1", "drc-approver1", "grid-reviewer1", "police-handler1"):
        assert named(username, "account") == {username}
        assert named(username, "agency") == named(username, "config") == set()


def test_who_keeps_accounts_reads_those_of_the_own_agency(world):
    assert named("admin1", "account") == accounts(agency__code="320300-drc")
    assert named("admin1", "agency") == {"320300-drc"}


@pytest.mark.parametrize(("username", "region"), [("sup-supervisor1", "32"), ("audit-admin1", "3203")])
def test_who_oversees_reads_accounts_and_agencies_of_the_region(world, username, region):
    inside = [agency for agency in Agency.objects.all() if agency.region_id.startswith(region)]
    assert named(username, "account") - {"unknown"} == accounts(agency__in=inside)
    assert named(username, "agency") == {agency.code for agency in inside}


def test_a_setting_of_a_region_is_read_by_who_made_it_and_who_oversees_it(world):
    for region, by in (("320300", "drc-approver1"), ("320100", "nj-drc-approver1")):
        set_parameter(
            actor=find_actor(by),
            region=region,
            key="deadline.triage",
            value={"working_days": 1},
            effective_from=date(2026, 12, 2),
            source="发改〔2026〕12号",
            now=world.now,
        )

    def read(username):
        return [row["actor"]["name"] for row in events(username) if row["stream"] == "config/deadline.triage"]

    xuzhou, nanjing = (find_actor(username).display_name for username in ("drc-approver1", "nj-drc-approver1"))
    assert read("drc-approver1") == read("xzsup-supervisor1") == read("audit-admin1") == [xuzhou]
    assert read("nj-drc-approver1") == [nanjing]
    assert sorted(read("sup-supervisor1")) == sorted([xuzhou, nanjing])
    assert read("drc-handler1") == read("admin1") == read("grid-approver1") == []


def who_acted(username, case):
    return {row["actor"]["name"] for row in events(username) if row["stream"] == f"case/{case}"}


def test_of_a_case_handlers_read_their_acts_deciders_their_agency_s_and_supervisors_all(world, case):
    name = {username: find_actor(username).display_name for username in ("drc-handler1", "telecom-handler1")}
    assert who_acted("drc-handler1", case) == {name["drc-handler1"]}
    assert who_acted("telecom-handler1", case) == {name["telecom-handler1"]}
    assert who_acted("drc-handler2", case) == set()
    assert who_acted("telecom-reviewer1", case) == {name["telecom-handler1"]}
    assert who_acted("drc-reviewer1", case) == {name["drc-handler1"]}
    assert who_acted("sup-supervisor1", case) == set(name.values())
    assert who_acted("nj-drc-reviewer1", case) == who_acted("audit-admin1", case) == who_acted("admin1", case) == set()


def test_what_somebody_did_on_a_case_that_rose_above_the_own_ceiling_is_read_no_more(world):
    for username in ("drc-handler2", "drc-reviewer1"):
        world._people[username] = cleared(username, "sensitive")
    lead = {"region_code": "320303", "title": "云龙区 居民用户", "source": "telecom"}
    signals = [{"family": "traffic", "count": 3}]
    case = world.act(None, "telecom-handler1", "open_case", signals=signals, **lead).case_id
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="licensed", explanation="正常机房")
    assert who_acted("telecom-handler1", case) != set() != who_acted("drc-handler1", case)
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="refuse", confidentiality="sensitive")
    assert who_acted("telecom-handler1", case) == who_acted("drc-handler1", case) == set()
    assert len(who_acted("drc-reviewer1", case)) == 2


def test_an_event_of_an_account_that_names_a_case_is_as_visible_as_the_case(world, case):
    file = world.attach(case, "drc-handler1")
    before = {row["id"] for row in events("drc-handler1")}
    read_attachment(actor=find_actor("drc-handler1"), attachment_id=file, now=world.now)
    [read] = [row for row in events("drc-handler1") if row["id"] not in before]
    assert read["stream"] == "account/drc-handler1"
    assert get_event(find_actor("sup-supervisor1"), read["id"]) is not None
    for username in ("admin1", "audit-admin1", "drc-handler2", "nj-drc-handler1"):
        assert get_event(find_actor(username), read["id"]) is None
    # What names no case is theirs who keep or oversee the account.
    [created] = [
        r for r in events("drc-handler1") if r["stream"] == read["stream"] and r["action"] == "account_created"
    ]
    assert [
        get_event(find_actor(u), created["id"]) is not None for u in ("admin1", "audit-admin1", "drc-handler2")
    ] == [
        True,
        True,
        False,
    ]


def test_the_erasure_of_a_case_is_read_by_who_decides_on_it_and_who_supervises(demo_city):
    case = story.closed()
    story.later(days=4000)
    acts.propose(clock.now())
    told = {username: named(username, "erasure") for username in ("drc-reviewer1", "drc-approver1", "sup-supervisor1")}
    assert all(streams == {str(case.pk)} for streams in told.values()), told
    for username in ("drc-handler1", "grid-reviewer1", "nj-drc-reviewer1", "audit-admin1", "admin1"):
        assert named(username, "erasure") == set(), username
    clock.forget()


def files(username, case):
    return [row["id"] for row in list_attachments(find_actor(username), case)]


def test_files_are_those_of_the_case_and_of_who_reads_it(world, case):
    other = world.open()
    world.act(other, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    mine, elsewhere = world.attach(case, "drc-handler1"), world.attach(other, "drc-handler1")
    theirs = world.attach(case, "telecom-handler1")
    assert files("drc-handler2", case) == [mine, theirs]
    assert files("drc-handler2", other) == [elsewhere]
    assert files("telecom-handler1", case) == [theirs]
    assert files("telecom-handler1", other) == [elsewhere]
    assert files("nj-drc-handler1", case) == files("admin1", case) == []
    assert get_attachment(find_actor("telecom-handler1"), theirs) is not None
    assert get_attachment(find_actor("telecom-handler1"), mine) is None
    assert get_attachment(find_actor("nj-drc-handler1"), mine) is None


def test_a_timeline_holds_the_events_of_one_case_once_each(world, case):
    world.open()
    page = timeline(find_actor("drc-handler1"), case)
    assert [row["seq"] for row in page.rows] == list(range(1, page.total + 1))
    assert page.total == world.view(case).version
    assert timeline(find_actor("nj-drc-handler1"), case) is None
