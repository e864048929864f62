"""谁会收到 against what acts really leave: every row of every act of many walks is among what the page says."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from agencies.models import User
from cases.workflow.transitions import TRANSITIONS
from notifications.hearing.answer import WHY, answer
from notifications.hearing.supposing import doers, example, key, supposed
from notifications.relay import deliver_all
from notifications.wording import _WORDS
from tests.notifications.conftest import NOW
from tests.workflow.desk import Desk
from tests.workflow.walking import Walk
from tests.workflow.world import World

WALKS, STEPS = 4, 60
OUT_FOR = (
    None,
    frozenset({"propose_surcharge", "notify_subscriber", "issue_bill", "review_bill", "end_surcharge"}),
    frozenset({"execute_suspension", "confirm_suspension", "order_restoration", "restore_supply"}),
)


def what(row):
    topic, agency, kind, _assignee, roles = key(row)
    return topic, agency, kind, roles


def unsaid(desk, before):
    """What the last act left that the page does not say; and what it left."""
    body = desk.events[-1]
    row = TRANSITIONS[body["action"]]
    found = supposed(row, before, body["actor"]["agency"], desk.directory)
    known = {(topic, agency, kind) for topic, agency, kind, _ in (what(each.row) for each in found)}
    left = [what(each)[:3] for each in desk.outbox]
    return [each for each in left if not known & {each, (each[0], None, each[2])}], left


@pytest.fixture(scope="module")
def compared():
    """Of every act of the walks: rows that nobody had supposed, and how often each act left each topic."""
    missed, seen = Counter(), Counter()
    for seed, wanted in ((seed, wanted) for seed in range(WALKS) for wanted in OUT_FOR):
        walk = Walk(random.Random(seed), None, wanted)
        for _ in range(STEPS):
            before = walk.desk.view
            walk.step()
            action = walk.desk.events[-1]["action"]
            if TRANSITIONS[action].from_stages == ("-",):
                continue
            more, left = unsaid(walk.desk, before)
            missed.update((action, *each) for each in more)
            seen.update([(action, "")] + [(action, topic) for topic, _, _ in left])
    return missed, seen


class Compared(Desk):
    """Every act of the scripted ways, held against the page as it is done."""

    def __init__(self):
        super().__init__()
        self.missed, self.seen = [], set()

    def act(self, who, action, **data):
        before = self.view
        body = super().act(who, action, **data)
        more, left = unsaid(self, before)
        self.missed += [(action, *each) for each in more]
        self.seen |= {(action, ""), *((action, topic) for topic, _, _ in left)}
        return body


def ways():
    """The acts that no walk reaches, each on its usual way."""
    desk = Compared()
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    desk.act("drc-reviewer1", "decide_exclusion", decision="refuse")
    yield desk
    for who, way, data in (
        ("grid-reviewer1", "refuse_suspension", {"reason_code": "wrong_account", "reason": "户号不符"}),
        ("drc-approver1", "withdraw_suspension", {"reason_code": "error"}),
    ):
        desk = Compared()
        desk.verified().determined("suspension").signed().act(who, way, **data)
        yield desk
    desk = Compared()
    desk.suspended()
    yield desk
    desk = Compared()
    desk.verified()
    desk.related = replace(
        desk.view, id="00000000-0000-0000-0000-0000000000aa", number="XZ26-0002", tasks=(), acts=(),
        facts={"signals": {"traffic": 1}, "signal_sources": {"traffic": ["trace"]}, "submissions": 2},
    )  # fmt: skip
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")
    desk.act("drc-reviewer1", "undo_merge", survivor="XZ26-0002", reason="并错")
    yield desk
    desk = Compared()
    desk.verified().determined("continue_monitoring", finding="compromised")
    desk.act("cac-handler1", "advise_owner", measures=["isolate"], advice="隔离主机")
    yield desk
    desk = Compared()
    desk.verified().determined("surcharge").surcharged()
    desk.later(days=40)
    desk.billed().act("grid-reviewer1", "review_bill", decision="approve")
    desk.act("grid-billing1", "record_payment", bill="XZ26-0001-B01", amount="30000", paid_on="2026-12-10")
    yield desk
    desk = Compared()
    desk.verified().determined("suspension").signed().approved().served().later(days=4)
    desk.warned().later(minutes=40)
    desk.act("grid-crew1", "report_infeasible", items=["public_safety"], reason="现场情况")
    yield desk


def test_each_act_is_held_against_what_it_leaves_at_least_once(compared):
    _, seen = compared
    found = list(ways())
    assert [desk.missed for desk in found if desk.missed] == []
    acts = {action for action, _ in seen} | {action for desk in found for action, _ in desk.seen}
    # A case that begins has no state before it (`supposed_opening`).
    assert set(TRANSITIONS) - acts == {"open_case"}
    # A refusal is told as such, to whoever had signed.
    assert ("refuse_suspension", "case.returned") in found[1].seen
    # Receipt, return, answer and completion are among what the walks leave.
    topics = {topic for _, topic in seen}
    assert {"case.received", "case.returned", "case.done", "case.acted", "task.answered"} <= topics


def test_without_a_case_the_page_names_each_topic_that_the_act_leaves_somewhere(compared):
    seen = set(compared[1]).union(*(desk.seen for desk in ways()))
    directory, missed = Compared().directory, set()
    lead = directory.by_code["320300-drc"].id
    for action in {action for action, topic in seen if topic}:
        row = TRANSITIONS[action]
        view = example(row, lead, "320302", directory, NOW)
        found = [each.row for agency in doers(row, view, directory) for each in supposed(row, view, agency, directory)]
        missed |= {(act, topic) for act, topic in seen if act == action and topic} - {
            (action, row["topic"]) for row in found
        }
    assert missed == set()


def test_nothing_is_told_that_the_page_does_not_say(compared):
    missed, seen = compared
    assert missed == {}
    assert sum(number for (_, topic), number in seen.items() if topic) > 400
    assert len({action for action, topic in seen if topic}) > 25


def test_each_act_of_the_table_has_an_answer_and_each_topic_a_reason(who):
    topics = set()
    for action in TRANSITIONS:
        found = answer(who("drc-handler1"), action, "", NOW)
        topics |= {each.topic for each in found.heard}
        assert all(each.topic in WHY and each.topic in _WORDS for each in found.heard)
    # A task that goes on after a stay, and what is told of a reading, need facts of a case.
    assert set(WHY) - topics <= {"case.still_drawing"}


def test_for_a_case_the_answer_names_who_is_then_really_told(who, texts):
    """The people of one's own agency by name; those of others by role. What is delivered afterwards is the same."""
    world = World()
    case = world.open()
    number = world.view(case).number
    deliver_all()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    found = answer(who("drc-handler1"), "report_consumption", number, world.now)
    opened = next(each for each in found.heard if each.topic == "task.opened")
    handlers = [person.display_name for person in User.objects.filter(username__in=("drc-handler1", "drc-handler2"))]
    assert found.real and set(handlers) <= set(opened.names) and opened.mine == ()
    by_grid = answer(who("grid-handler1"), "report_consumption", number, world.now)
    assert all(each.names == [] for each in by_grid.heard if each.agency_id == world.view(case).lead_agency_id)
    world.act(case, "grid-handler1", "report_consumption", result="abnormal", user_class="ordinary",
              price_class="commercial", serves_residents=False, theft=False)  # fmt: skip
    deliver_all()
    told = [
        name
        for name in ("drc-handler1", "drc-handler2", "drc-reviewer1", "drc-reviewer2")
        if texts(name)[0].startswith("待办：提出认定")
    ]
    names = set(User.objects.filter(username__in=told).values_list("display_name", flat=True))
    assert names == set(opened.names)


def test_it_says_what_follows_when_nobody_acts(who):
    steps = [step.zh for step in answer(who("drc-handler1"), "dispatch_verification", "", NOW).steps]
    assert steps == [
        "到期前 1 个工作日：提醒，承办人",
        "到期当日：提醒，承办人",
        "到期未办：催办，承办单位的审核",
        "逾期 2 个工作日：督办，牵头的发展改革委",
        "逾期 5 个工作日：通报，督查单位",
    ]
    assert answer(who("drc-handler1"), "comment", "", NOW).steps == []


def test_the_page_answers_in_both_languages_and_hides_other_cases(visit, opened, settings):
    case = World().view(opened())
    client = visit("drc-handler1")
    page = client.get("/inbox/hearing/", {"action": "dispatch_verification", "case": case.number}).content.decode()
    assert "待办：溯源核查" in page and "轮到该单位办理" in page and case.number in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert (
        "to do: Trace the subscriber"
        in client.get("/inbox/hearing/", {"action": "dispatch_verification"}).content.decode()
    )
    stranger = visit("nj-drc-handler1")
    assert stranger.get("/inbox/hearing/", {"action": "triage", "case": ""}).status_code == 404
    hidden = stranger.get("/inbox/hearing/", {"action": "dispatch_verification", "case": case.number})
    unknown = stranger.get("/inbox/hearing/", {"action": "dispatch_verification", "case": "XZ99-9999"})
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert client.get("/inbox/hearing/").status_code == 200
