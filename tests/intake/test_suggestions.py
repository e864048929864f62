"""Pairs that may be one site: when they are asked, what is remembered, and who answers."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.actors import find_actor
from audit import clock
from cases.intake.suggestions.answering import reject
from cases.intake.suggestions.reading import Wanted, find_suggestion, list_suggestions, open_pairs
from cases.models import Case, PersonalRecord, Site, SiteKey, SiteSuggestion
from cases.workflow.engine import perform
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from tests.intake.samples import bring, rows_of
from tests.intake.small import (
    FLAT,
    GRID,
    HOUSE,
    NEXT_DOOR,
    ONE,
    OTHER,
    TELECOM,
    TRACE,
    cases,
    located,
    meters,
    seen,
    sheet,
    two_tenants,
)

pytestmark = pytest.mark.usefixtures("demo_city")

HANDLER = "drc-handler1"


def act(case: Case, who: str, action: str, **data: Any) -> None:
    perform(
        case_id=case.id,
        action=action,
        actor=find_actor(who),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def test_two_tenants_of_a_house_without_rooms_are_asked_with_score_and_reasons() -> None:
    pair = two_tenants()
    assert (pair.state, pair.reasons, pair.score) == ("open", ["door", "account_other"], -0.83)
    assert {pair.one_id, pair.other_id} == set(Case.objects.values_list("id", flat=True))
    assert open_pairs(find_actor(HANDLER)) == 1


def test_the_reasons_and_the_score_stand_beside_the_row_that_was_merged() -> None:
    meters(("3203000000017", "孙玲", FLAT), name="一")
    meters(("3203000000018", "孙玲", FLAT), name="二")
    row = rows_of("二")[0]
    assert row["case"] == rows_of("一")[0]["case"]
    assert row["matched"] == ["flat", "township", "holder", "account_other_flat"]
    assert row["score"] == 20.32
    assert row["grounds"].startswith(
        "归入依据：门牌相同（具体到室）、乡镇（街道）相同、户名相同、同类账号不同（同一室内）"
    )
    assert not SiteSuggestion.objects.exists()
    assert (rows_of("一")[0]["score"], rows_of("一")[0]["grounds"]) == (None, "")


def test_one_telephone_at_two_unnamed_places_is_asked_and_never_merged() -> None:
    rows = seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    one = (ONE, 1001, "2026/10/1 8:00", "已定位", "xz01@adsl", "孙玲", "138 0000 1111", "")
    other = (OTHER, 2002, "2026/10/5 8:00", "已定位", "xz02@adsl", "孙玲", "+86 13800001111", "")
    bring("trace", sheet(TRACE, one, other), name="答复")
    assert len(set(cases("名单"))) == 2
    pair = SiteSuggestion.objects.get()
    assert pair.reasons == ["phone", "holder", "account_other"]


@pytest.mark.parametrize("phone", ["无", "0000000", "00000000000", "-"])
def test_a_placeholder_is_no_telephone(phone: str) -> None:
    rows = seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    answers = [
        (ip, port, f"2026/10/{day} 8:00", "已定位", account, "孙玲", phone, "")
        for ip, port, day, account in ((ONE, 1001, 1, "xz01@adsl"), (OTHER, 2002, 5, "xz02@adsl"))
    ]
    bring("trace", sheet(TRACE, *answers), name="答复")
    assert not SiteKey.objects.filter(kind="phone").exists()
    assert not SiteSuggestion.objects.exists()


def test_a_landlords_telephone_at_many_sites_says_nothing() -> None:
    rows = [seen(n, f"36.154.192.{n}", 1000 + n, 1, f"p{n}.example") for n in range(1, 8)]
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    answers = [
        (f"36.154.192.{n}", 1000 + n, "2026/10/1 8:00", "已定位", f"xz0{n}@adsl", "某物业", "13800001111", "")
        for n in range(1, 8)
    ]
    bring("trace", sheet(TRACE, *answers[:6]), name="甲")
    before = SiteSuggestion.objects.count()
    bring("trace", sheet(TRACE, answers[6]), name="乙")
    assert SiteSuggestion.objects.count() == before, "the seventh site with one number asks nothing more"
    assert len(set(cases("名单"))) == 7


def test_the_reporters_telephone_is_no_evidence_of_a_site() -> None:
    tips = ("举报内容", "地点", "举报人电话")
    bring("tips", sheet(tips, ("噪音", "云龙区民主路12号", "13912345678")), name="一")
    bring("tips", sheet(tips, ("发热", "云龙区民主路99号", "13912345678")), name="二")
    assert not SiteKey.objects.filter(kind="phone").exists()
    assert not SiteSuggestion.objects.exists()


def test_coordinates_bring_together_what_the_words_do_not() -> None:
    header = (*GRID, "经度", "纬度")
    rows = [
        ("3203000000017", "孙玲", "云龙区某小区出租屋", "2026.09", "90", "117.28571", "34.20441"),
        # Some metres on, across the border of the cell or not; and far away.
        ("3203000000018", "孙玲", "云龙区某小区门面", "2026.09", "90", "117.28573", "34.20455"),
        ("3203000000019", "孙玲", "云龙区另一小区", "2026.09", "90", "117.29", "34.21"),
    ]
    bring("grid", sheet(header, *rows), name="户")
    assert len(set(cases("户"))) == 3
    key = SiteKey.objects.filter(kind="spot").values_list("value", flat=True)
    assert len(set(map(bytes, key))) >= 2
    assert all(b"117" not in bytes(value) for value in key)
    pair = SiteSuggestion.objects.get()
    assert pair.reasons == ["spot", "holder", "account_other"]


def test_a_dynamic_address_is_the_same_subscribers_for_a_month_and_then_asked() -> None:
    def at(number: int, month: int, day: int) -> tuple[object, ...]:
        when = f"2026-{month:02d}-{day:02d}"
        return number, ONE, 1000 + number, "xmr.pool.example", f"{when} 08:00", f"{when} 20:00", "云龙区"

    bring("telecom", sheet(TELECOM, at(1, 7, 1), at(2, 7, 20), at(3, 9, 25)), name="名单")
    first, second, third = cases("名单")
    assert first == second != third
    assert SiteSuggestion.objects.get().reasons == ["lead_far"]
    assert rows_of("名单")[1]["matched"] == ["lead"]
    # The next list is nearest to the second of the two.
    bring("telecom", sheet(TELECOM, at(4, 10, 5)), name="又")
    assert cases("又") == [third]


def test_a_sight_in_between_makes_two_untraced_cases_one_whatever_the_order() -> None:
    def at(number: int, day: str) -> tuple[object, ...]:
        return number, ONE, 1000 + number, "xmr.pool.example", f"{day} 08:00", f"{day} 20:00", "云龙区"

    bring("telecom", sheet(TELECOM, at(1, "2026-07-01"), at(2, "2026-08-15")), name="名单")
    assert len(set(cases("名单"))) == 2
    bring("telecom", sheet(TELECOM, at(3, "2026-07-25")), name="又")
    assert len(set(cases("名单") + cases("又"))) == 1


def test_two_households_behind_one_carrier_grade_address_stay_two_and_are_not_even_asked() -> None:
    rows = [seen(n, ONE, 1000 + n, 1 + n // 3) for n in range(1, 7)]
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    answers = [
        located(ONE, 1000 + n, 1 + n // 3, f"xz{n % 2}@adsl", ("孙玲", "李敏")[n % 2], (FLAT, NEXT_DOOR)[n % 2])
        for n in range(1, 7)
    ]
    bring(
        "trace",
        sheet(TRACE, *((*answer[:6], f"1380000222{n % 2}", answer[7]) for n, answer in enumerate(answers, 1))),
        name="答复",
    )
    found = cases("名单")
    assert found[0] == found[2] == found[4] != found[1] == found[3] == found[5]
    assert not SiteSuggestion.objects.exists()
    # And what comes from that address later, of a third household, makes them one neither.
    bring("telecom", sheet(TELECOM, seen(9, ONE, 9009, 9)), name="又")
    bring(
        "trace",
        sheet(TRACE, located(ONE, 9009, 9, "xz9@adsl", "王强", "云龙区子房街道民主路12号4号楼1单元101室")),
        name="三",
    )
    assert len({*found, *cases("又")}) == 3


def test_what_an_officer_rejected_is_neither_asked_nor_merged_again() -> None:
    pair = two_tenants()
    reject(actor=find_actor(HANDLER), suggestion_id=pair.id, why="other_tenant", now=clock.now())
    before = set(cases("户"))
    # More that speaks for it: the same holder at both meters; a rule would make them one now.
    meters(("3203000000017", "孙玲", HOUSE), ("3203000000018", "孙玲", HOUSE), name="又", month="2026.10")
    pair.refresh_from_db()
    assert (pair.state, pair.why) == ("rejected", "other_tenant")
    assert set(cases("户")) == before
    assert set(cases("又")) == before
    assert SiteSuggestion.objects.count() == 1


def test_a_rule_that_finds_more_merges_what_nobody_rejected_and_accepts_the_pair() -> None:
    pair = two_tenants()
    meters(("3203000000017", "孙玲", HOUSE), ("3203000000018", "孙玲", HOUSE), name="又", month="2026.10")
    assert len(set(cases("户"))) == 1
    pair.refresh_from_db()
    assert (pair.state, pair.why) == ("accepted", "merged")
    assert pair.decided_by is not None


def test_merging_accepts_the_pair_in_the_name_of_whoever_merged() -> None:
    pair = two_tenants()
    survivor, case = Case.objects.order_by("number")
    act(case, HANDLER, "merge_case", survivor=survivor.number, reason_code="same_site")
    pair.refresh_from_db()
    assert (pair.state, pair.why, pair.decided_by.username) == ("accepted", "merged", HANDLER)
    assert open_pairs(find_actor(HANDLER)) == 0


def test_undoing_the_merge_rejects_the_pair_so_that_no_list_merges_it_again() -> None:
    meters(("3203000000017", "孙玲", HOUSE), name="一")
    meters(("3203000000018", "李敏", "云龙区和平路7号"), name="二")
    survivor, case = Case.objects.order_by("number")
    act(case, HANDLER, "merge_case", survivor=survivor.number, reason_code="same_site")
    act(case, "drc-reviewer1", "undo_merge", survivor=survivor.number, reason="两户")
    pair = SiteSuggestion.objects.get()
    assert (pair.state, pair.why, pair.decided_by.username) == ("rejected", "merge_undone", "drc-reviewer1")
    assert pair.score is None
    # A row that names the account of one and the door of the other.
    meters(("3203000000018", "孙玲", HOUSE), name="三", month="2026.10")
    assert cases("三") == cases("二") != cases("一")
    assert Case.objects.filter(outcome="merged").count() == 0
    assert SiteSuggestion.objects.get().state == "rejected"


def test_a_rejection_holds_for_what_one_of_the_two_was_merged_into() -> None:
    pair = two_tenants()
    reject(actor=find_actor(HANDLER), suggestion_id=pair.id, why="other_tenant", now=clock.now())
    first, second = Case.objects.order_by("number")
    meters(("3203000000099", "赵六", "云龙区和平路7号"), name="三")
    third = Case.objects.exclude(id__in=[first.id, second.id]).get()
    act(second, HANDLER, "merge_case", survivor=third.number, reason_code="same_site")
    meters(("3203000000017", "孙玲", HOUSE), ("3203000000018", "孙玲", HOUSE), name="又", month="2026.10")
    assert set(cases("又")) == {first.number, third.number}
    assert not SiteSuggestion.objects.filter(state="open").exists()


def test_who_does_not_read_both_whole_sees_no_pair_and_only_a_handler_of_the_commission_answers() -> None:
    pair = two_tenants()
    for outsider in ("grid-handler1", "telecom-handler1", "cac-handler1", "sec-admin1"):
        actor = find_actor(outsider)
        assert find_suggestion(actor, pair.id) is None, outsider
        assert list_suggestions(actor, Wanted(), cursor=None).rows == [], outsider
        assert open_pairs(actor) == 0, outsider
        with pytest.raises(NotVisible):
            reject(actor=actor, suggestion_id=pair.id, why="other_tenant", now=clock.now())
    with pytest.raises(NotAllowed):
        reject(actor=find_actor("drc-reviewer1"), suggestion_id=pair.id, why="other_tenant", now=clock.now())
    with pytest.raises(InvalidInput):
        reject(actor=find_actor(HANDLER), suggestion_id=pair.id, why="merge_undone", now=clock.now())
    assert SiteSuggestion.objects.get().state == "open"


def test_a_pair_is_answered_once() -> None:
    pair = two_tenants()
    reject(actor=find_actor(HANDLER), suggestion_id=pair.id, why="other_tenant", now=clock.now())
    with pytest.raises(GuardRefused) as caught:
        reject(actor=find_actor(HANDLER), suggestion_id=pair.id, why="other_household", now=clock.now())
    assert caught.value.code == "already_answered"
    pair.refresh_from_db()
    assert pair.why == "other_tenant"


def test_the_list_is_narrowed_and_sorted_and_paged_by_the_score() -> None:
    two_tenants()
    meters(
        ("3203000000021", "孙玲", "铜山区大许镇人民路8号"), ("3203000000022", "", "铜山区大许镇人民路8号"), name="二"
    )
    actor = find_actor(HANDLER)
    scores = [row["score"] for row in list_suggestions(actor, Wanted(), cursor=None).rows]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 2
    first = list_suggestions(actor, Wanted(), cursor=None, size=1)
    second = list_suggestions(actor, Wanted(), cursor=first.next, size=1)
    assert [*[row["score"] for row in first.rows], *[row["score"] for row in second.rows]] == scores
    assert first.total == 2
    assert len(list_suggestions(actor, Wanted(region="320312"), cursor=None).rows) == 1
    assert len(list_suggestions(actor, Wanted(reason="township"), cursor=None).rows) == 1
    number = Case.objects.order_by("number").first().number
    assert len(list_suggestions(actor, Wanted(case=number), cursor=None).rows) == 1
    assert list_suggestions(actor, Wanted(state="rejected"), cursor=None).rows == []


def test_the_same_list_again_asks_nothing_twice() -> None:
    two_tenants()
    meters(("3203000000017", "", HOUSE), ("3203000000018", "", HOUSE), name="又", month="2026.10")
    assert SiteSuggestion.objects.count() == 1


def test_nothing_personal_stands_in_a_suggestion() -> None:
    two_tenants()
    text = str(list(SiteSuggestion.objects.values()))
    for record in PersonalRecord.objects.all():
        assert record.value not in text
    assert Site.objects.count() == 2


@pytest.mark.parametrize("written", ["睢宁县王集镇河西七组北头2排", "睢宁县王集镇幸福路19号3号楼2单元301室"])
def test_one_holder_with_one_telephone_is_asked_about_however_the_door_is_written(written: str) -> None:
    rows = seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    first = located(ONE, 1001, 1, "xz01@adsl", "孙玲", "睢宁县王集镇幸福路18号3号楼2单元301室")
    bring("trace", sheet(TRACE, first, located(OTHER, 2002, 5, "xz02@adsl", "孙玲", written)), name="答复")
    assert len(set(cases("名单"))) == 2
    assert SiteSuggestion.objects.get().reasons == ["phone", "holder", "door_other", "account_other_person"]


def test_one_telephone_of_two_holders_at_two_doors_is_not_asked_about() -> None:
    rows = seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    answers = located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), located(OTHER, 2002, 5, "xz02@adsl", "李敏", NEXT_DOOR)
    bring("trace", sheet(TRACE, *answers), name="答复")
    assert not SiteSuggestion.objects.exists()
