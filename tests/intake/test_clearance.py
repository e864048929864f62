"""清零率: the share of a list's sites that is answered; what is new, still there and gone since the list before."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from agencies.actors import find_actor
from agencies.sight import look_as
from audit import clock
from audit.sight import nobody
from cases.intake.ledger.figures import Clearance, clearances, delta_of, is_overdue
from cases.intake.selectors import Wanted, list_batches
from cases.models import Case
from cases.policy.dated import CHINA
from tests.agencies.cast import cleared as cleared_for
from tests.intake.ledgers import batch, bring, cases, site, telecom
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


def cleared(name: str) -> Clearance:
    return clearances([batch(name)])[batch(name).id]


def exclude(number: str) -> None:
    world, case = World(), str(Case.objects.get(number=number).pk)
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="vpn_exit", explanation="出口节点")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")


def changed(name: str) -> tuple[str | None, int, int, int] | None:
    found = delta_of(batch(name))
    return (found.name, found.fresh, found.still, found.gone) if found else None


def test_a_site_counts_once_whatever_its_rows_and_is_answered_once_closed() -> None:
    bring(
        telecom(site(1), site(1, day=2), site(2), site(3), (9, "10.0.0.1", 1, "x.example", "2026-10-01 08:00", "", "")),
        "名单",
    )
    assert cleared("名单") == Clearance(3, 0, 0)
    exclude(cases("名单")[0])
    assert cleared("名单") == Clearance(3, 1, 1)
    assert cleared("名单").rate == Decimal("33.3")


def test_a_merged_case_counts_as_the_one_that_it_went_into() -> None:
    bring(telecom(site(1), site(2)), "名单")
    one, two = cases("名单")
    ids = {c.number: str(c.pk) for c in Case.objects.all()}
    World().act(ids[one], "drc-handler1", "merge_case", survivor=two, reason_code="same_site")
    assert cleared("名单") == Clearance(1, 0, 0)
    exclude(two)
    assert cleared("名单") == Clearance(1, 1, 1)


def test_a_repeated_row_of_an_earlier_list_counts_for_its_own_list_too() -> None:
    bring(telecom(site(1)), "一")
    bring(telecom(site(1), site(2)), "二")
    exclude(cases("一")[0])
    assert (cleared("一"), cleared("二")) == (Clearance(1, 1, 1), Clearance(2, 1, 1))


def test_a_relapse_does_not_undo_what_an_earlier_list_was_answered() -> None:
    bring(telecom(site(1)), "一")
    exclude(cases("一")[0])
    bring(telecom(site(1, day=2)), "二")
    assert Case.objects.count() == 2
    assert (cleared("一"), cleared("二")) == (Clearance(1, 1, 1), Clearance(1, 0, 0))


def test_a_site_is_answered_once_its_determination_is_decided_and_no_longer_when_it_comes_back() -> None:
    bring(telecom(site(1)), "名单")
    world = World(now="2027-01-04 10:00")
    case = str(Case.objects.get().pk)
    world.verified(case)
    assert cleared("名单").answered == 0
    watch = {
        "disposals": ["continue_monitoring"],
        "monitoring_reason": "no_local_rule",
        "review_on": "2027-02-01",
    }
    world.act(
        case,
        "drc-handler1",
        "propose_determination",
        opinion="事实清楚",
        finding="self_operated",
        subject="sole_trader",
        **watch,
    )
    assert cleared("名单").answered == 0
    world.act(case, "drc-reviewer1", "decide_determination", decision="approve")
    assert cleared("名单") == Clearance(1, 0, 1)
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    assert cleared("名单") == Clearance(1, 0, 0)


def test_the_rate_is_rounded_down_and_absent_without_sites() -> None:
    assert Clearance(1000, 0, 999).rate == Decimal("99.9")
    assert Clearance(3000, 0, 2999).rate == Decimal("99.9")
    assert Clearance(3, 3, 3).rate == Decimal("100.0")
    assert Clearance().rate is None


def test_since_the_list_before_sites_are_new_still_there_or_gone() -> None:
    bring(telecom(site(1), site(2), site(3)), "一")
    assert changed("一") is None
    bring(telecom(site(2), site(3, day=2), site(4), site(5)), "二")
    assert changed("二") == ("一", 2, 2, 1)


def test_the_list_before_is_of_the_same_issuer_kind_and_level() -> None:
    bring(telecom(site(1)), "一")
    bring(telecom(site(2)), "别家", issuer="国家发展改革委")
    bring(telecom(site(3)), "重点", level="priority")
    assert changed("别家") is changed("重点") is None
    bring(telecom(site(4)), "二")
    assert changed("二") == ("一", 1, 0, 1)


def test_a_shuffled_copy_has_the_same_figures() -> None:
    bring(telecom(site(1), site(2)), "一")
    bring(telecom(site(2), site(3)), "二")
    before = cleared("二"), (changed("二") or ())[1:]
    bring(telecom(site(3), site(2)), "二乱序")
    assert cleared("二乱序") == before[0]
    assert changed("二乱序") == ("二", 0, 2, 0)


def test_a_list_is_overdue_past_its_day_until_every_site_is_answered() -> None:
    clock.set_clock(datetime(2026, 11, 26, 10, tzinfo=CHINA))
    bring(telecom(site(1)), "名单", level="priority")
    now, later = clock.now(), clock.now() + timedelta(days=3)
    assert not is_overdue(batch("名单"), cleared("名单"), now)
    assert is_overdue(batch("名单"), cleared("名单"), later)
    exclude(cases("名单")[0])
    assert not is_overdue(batch("名单"), cleared("名单"), later)


def test_lists_are_narrowed_by_level_and_by_overdue_and_ordered_by_their_day() -> None:
    clock.set_clock(datetime(2026, 11, 26, 10, tzinfo=CHINA))
    bring(telecom(site(1)), "全量")
    bring(telecom(site(2)), "重点", level="priority")
    bring(telecom(site(3)), "清零", level="priority")
    exclude(cases("清零")[0])
    actor, later = find_actor("drc-handler1"), clock.now() + timedelta(days=3)

    def names(wanted: Wanted, **more: object) -> list[str]:
        return [row["batch"].name for row in list_batches(actor, wanted, cursor=None, **more).rows]

    assert names(Wanted()) == ["清零", "重点", "全量"]
    assert names(Wanted(level="priority")) == ["清零", "重点"]
    assert names(Wanted(overdue=True, now=later)) == ["重点"]
    assert names(Wanted(overdue=False, now=later)) == ["清零", "全量"]
    assert names(Wanted(), order="due")[-1] == "全量"
    first = list_batches(actor, Wanted(), order="due", cursor=None, size=2)
    rest = list_batches(actor, Wanted(), order="due", cursor=first.next, size=2)
    assert [row["batch"].name for row in rest.rows] == ["全量"]
    back = list_batches(actor, Wanted(), order="due", cursor=rest.previous, size=2)
    assert [row["id"] for row in back.rows] == [row["id"] for row in first.rows]


def told_to(username: str, *names: str) -> list[Clearance | None]:
    """What this person is told of these lists; None where nothing is told."""
    batches = [batch(name) for name in names]
    with nobody():
        look_as(find_actor(username))
        found = clearances(batches)
    return [found.get(each.id) for each in batches]


def test_figures_are_told_over_the_cases_that_the_reader_may_know_of() -> None:
    """Its commission leads all of them, its sender takes part in none that the system opened for it."""
    bring(telecom(site(1), site(2)), "名单")
    exclude(cases("名单")[0])
    assert told_to("drc-handler1", "名单") == [Clearance(2, 1, 1)]
    assert told_to("telecom-handler1", "名单") == [Clearance()]
    case = str(Case.objects.get(number=cases("名单")[1]).pk)
    World().act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    assert told_to("telecom-handler1", "名单") == [Clearance(1, 0, 0)], "it was asked to trace this one"
    for stranger in ("grid-handler1", "nj-drc-handler1"):
        assert told_to(stranger, "名单") == [None]


def test_the_sender_reads_its_own_part_of_what_it_brought_in_itself() -> None:
    bring(telecom(site(1), site(2)), "名单", actor=find_actor("telecom-handler1"))
    exclude(cases("名单")[0])
    assert told_to("telecom-handler1", "名单") == told_to("drc-handler1", "名单") == [Clearance(2, 1, 1)]


def test_delta_and_overdue_tell_no_more_than_the_figures() -> None:
    clock.set_clock(datetime(2026, 11, 26, 10, tzinfo=CHINA))
    bring(telecom(site(1), site(2)), "一", level="priority")
    bring(telecom(site(2), site(3)), "二", level="priority")
    later = Wanted(overdue=True, now=clock.now() + timedelta(days=3))
    seen, second = {}, batch("二")
    for username in ("drc-handler1", "telecom-handler1"):
        with nobody():
            look_as(actor := find_actor(username))
            delta = delta_of(second)
            assert delta is not None
            names = [row["batch"].name for row in list_batches(actor, later, cursor=None).rows]
            seen[username] = (delta.name, delta.fresh, delta.still, delta.gone), names
    assert seen["drc-handler1"] == (("一", 1, 1, 1), ["二", "一"])
    assert seen["telecom-handler1"] == (("一", 0, 0, 0), [])
    with nobody():
        look_as(find_actor("grid-handler1"))
        assert delta_of(second) is None


def test_a_relapse_that_the_reader_does_not_see_changes_nothing_of_the_earlier_list() -> None:
    """The site is told by the case that it had then, however often it relapsed since."""
    bring(telecom(site(1)), "一", actor=find_actor("telecom-handler1"))
    exclude(cases("一")[0])
    before = told_to("telecom-handler1", "一")
    for n, name in enumerate(("二", "三"), 2):
        bring(telecom(site(1, day=n)), name)
        assert told_to("telecom-handler1", "一", name) == [*before, Clearance()]
        exclude(cases(name)[0])
        assert told_to("telecom-handler1", "一", name) == [*before, Clearance()]
    assert told_to("drc-handler1", "一", "二", "三") == [Clearance(1, 1, 1)] * 3


def test_a_case_above_the_ceiling_of_the_reader_is_in_no_figure() -> None:
    bring(telecom(site(1), site(2)), "名单")
    cleared_for("drc-handler2", "sensitive")
    case = str(Case.objects.get(number=cases("名单")[0]).pk)
    World().act(case, "drc-handler2", "dispatch_verification", findings=["inspect_site"], confidentiality="sensitive")
    assert told_to("drc-handler1", "名单") == [Clearance(1, 0, 0)]
    assert told_to("drc-handler2", "名单") == [Clearance(2, 0, 0)]
