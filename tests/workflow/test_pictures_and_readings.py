"""Pictures of a cut against its time and place, and the readings after it (零负荷核对)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.documents.uploads.exif import NOTHING, Taken
from cases.models.sealing import key_ring
from cases.policy.cutting.photos import judge, rules
from cases.policy.cutting.zero_load import compare, hours_needed, tolerance
from cases.policy.dated import CHINA
from cases.policy.matching.spots import around, read_spot, within
from cases.workflow.deciding.pictures import about
from tests.workflow.desk import FILE, OFFICERS, SECOND, Desk, at

SITE = (117.2839, 34.2044)


def ready() -> Desk:
    """Served, warned, inside the window."""
    desk = Desk().verified().determined("suspension").signed().approved().served()
    desk.later(days=4)
    desk.warned().later(minutes=40)
    return desk


def pictures(desk: Desk, *found: Taken, known: bool = True) -> None:
    spots = {key_ring().blind("spot", read_spot(*map(str, SITE)))} if known else set()
    ids = (FILE, SECOND)
    desk.files = {
        i: {"sha256": f"{n}", "kind": "execute_suspension", "at": desk.now, "picture": about(taken, spots)}
        for n, (i, taken) in enumerate(zip(ids, found, strict=True))
    }


def there(desk: Desk, minutes: int = 0, east: float = 0.0) -> Taken:
    return Taken(desk.now + timedelta(minutes=minutes), SITE[0] + east, SITE[1])


def cut(desk: Desk, **more: Any) -> dict[str, Any]:
    return desk.execution(**{"photo_reason": None, **more})


# Pictures ---------------------------------------------------------------------------------------------------------


def test_pictures_of_the_time_and_the_place_need_no_words() -> None:
    desk = ready()
    pictures(desk, there(desk, -5), there(desk, 3))
    desk.act("grid-crew1", "execute_suspension", **cut(desk))
    assert desk.fact("suspension", "photo_check") == [
        {"file": FILE, "time": "ok", "place": "ok", "minutes": -5},
        {"file": SECOND, "time": "ok", "place": "ok", "minutes": 3},
    ]
    assert desk.fact("suspension", "photos_explained") is False
    assert desk.fact("suspension", "seal_no") == "F20261107"


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (NOTHING, "第 2 张没有拍摄时间、没有拍摄地点"),
        ((-61, 0.0), "第 2 张拍摄时间与登记不符"),
        ((61, 0.0), "第 2 张拍摄时间与登记不符"),
        ((0, 0.02), "第 2 张拍摄地点不在现场"),  # some 1.8 km
        ((0, None), "第 2 张没有拍摄地点"),
        ((0, 100.0), "第 2 张拍摄地点不在现场"),  # not in China at all
    ],
)
def test_whatever_does_not_fit_is_explained_and_goes_on_record(second: Any, said: str) -> None:
    desk = ready()
    if second is NOTHING:
        taken = NOTHING
    elif second[1] is None:
        taken = Taken(desk.now, None, None)
    else:
        taken = there(desk, *second)
    pictures(desk, there(desk), taken)
    error = desk.refused("grid-crew1", "execute_suspension", **cut(desk))
    assert (error.code, error.missing) == ("photos_unexplained", ("photo_reason",))
    assert said in error.text.zh
    assert "第 1 张" not in error.text.zh
    assert "现场照片规则" in error.article
    desk.act("grid-crew1", "execute_suspension", **cut(desk, photo_reason="用另一台相机拍摄"))
    found = desk.fact("suspension")
    assert found["photos_explained"] is True
    assert {found["photo_check"][1]["time"], found["photo_check"][1]["place"]} & {"off", "missing"}
    # No place and no word of a person stands in the event.
    assert not any(word in str(desk.events[-1]["set"]) for word in ("117.", "34.2", "相机"))


def test_where_the_place_of_the_site_is_not_known_only_the_time_is_compared() -> None:
    desk = ready()
    pictures(desk, Taken(desk.now, None, None), there(desk, 0, 5.0), known=False)
    desk.act("grid-crew1", "execute_suspension", **cut(desk))
    assert {row["place"] for row in desk.fact("suspension", "photo_check")} == {"unchecked"}


@pytest.mark.parametrize("photos", [[FILE], [FILE, FILE]])
def test_one_picture_is_not_enough(photos: list[str]) -> None:
    desk = ready()
    error = desk.refused("grid-crew1", "execute_suspension", **desk.execution(photos=photos))
    assert "至少 2 张不同的照片" in error.fields["photos"].zh


def test_the_same_picture_twice_is_one() -> None:
    desk = ready()
    pictures(desk, there(desk), there(desk))
    desk.files[SECOND]["sha256"] = desk.files[FILE]["sha256"]
    assert "photos" in desk.refused("grid-crew1", "execute_suspension", **cut(desk)).fields


@pytest.mark.parametrize("name", ["reading", "seal_no", "photos"])
def test_a_cut_without_reading_seal_or_pictures_is_none(name: str) -> None:
    desk = ready()
    data = {k: v for k, v in desk.execution().items() if k != name}
    assert name in desk.refused("grid-crew1", "execute_suspension", **data).fields


@given(st.integers(-300, 300), st.booleans(), st.sampled_from([None, True, False]))
def test_a_verdict_says_ok_only_of_what_was_compared_and_fits(minutes: int, known: bool, near: bool | None) -> None:
    claimed = datetime(2026, 11, 7, 10, 40, tzinfo=CHINA)
    found = judge(claimed + timedelta(minutes=minutes), claimed, near=near, site_known=known)
    assert (found.time == "ok") == (abs(minutes) <= rules()["minutes"])
    assert found.minutes == minutes
    assert (found.place == "ok") == (known and near is True)
    assert found.unexplained == (found.time != "ok" or (known and not near))
    assert judge(None, claimed, near=near, site_known=known).unexplained


def test_near_is_some_two_hundred_metres() -> None:
    cell = read_spot(*map(str, SITE))
    assert set(around(cell)) == set(within(cell, 1, 1))
    metres = {0.0015: True, 0.0035: False}  # 138 and 322 metres to the east
    for east, near in metres.items():
        spots = {key_ring().blind("spot", cell)}
        assert about(Taken(None, SITE[0] + east, SITE[1]), spots)["near"] is near


# Readings ---------------------------------------------------------------------------------------------------------


def confirmed(desk: Desk, reading: str, hours: float = 0.5, **more: Any) -> Desk:
    desk.later(hours=hours)
    data = {"confirmed_at": desk.iso, "load_is_zero": True, "reading": reading, **more}
    desk.act("grid-crew2", "confirm_suspension", **data)
    return desk


def executed() -> Desk:
    desk = ready()
    desk.act("grid-crew1", "execute_suspension", **desk.execution())
    return desk


@pytest.mark.parametrize(
    ("reading", "hours", "state", "drawn"),
    [
        ("1204.5", 0.5, "too_early", "0.0"),
        ("1204.5", 4, "zero", "0.0"),
        ("1205.5", 4, "zero", "1.0"),  # the tolerance itself
        ("1205.6", 4, "drawing", "1.1"),
        ("1300", 0.5, "drawing", "95.5"),
    ],
)
def test_the_second_reading_is_compared_with_that_of_the_cut(
    reading: str, hours: float, state: str, drawn: str
) -> None:
    desk = confirmed(executed(), reading, hours)
    row = desk.fact("suspension", "zero_load")[-1]
    assert (row["state"], row["drawn"], row["source"]) == (state, drawn, "onsite")
    assert (desk.fact("suspension", "reading"), row["reading"]) == ("1204.5", reading)


def test_a_multiplier_counts() -> None:
    desk = ready()
    desk.act("grid-crew1", "execute_suspension", **desk.execution(multiplier="60"))
    confirmed(desk, "1204.52", 5)
    assert desk.fact("suspension", "zero_load")[-1]["state"] == "drawing"
    assert desk.fact("suspension", "zero_load")[-1]["drawn"] == "1.20"


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"reading": "1204.4"}, "reading", "表计不会倒走"),
        ({"read_at": "2026-11-07 10:39"}, "read_at", "早于停电时间"),
        ({"read_at": "2026-11-09 10:00"}, "read_at", "不能晚于现在"),
    ],
)
def test_no_meter_runs_backwards_and_no_reading_lies_ahead(more: dict[str, str], field: str, said: str) -> None:
    desk = executed()
    desk.later(hours=1)
    data = {"confirmed_at": desk.iso, "load_is_zero": True, "reading": "1204.5", **more}
    assert said in desk.refused("grid-crew2", "confirm_suspension", **data).fields[field].zh


def test_a_later_reading_of_the_collection_system_settles_it_either_way() -> None:
    desk = confirmed(executed(), "1204.5")
    desk.later(days=1)
    later = {"paper": "load_reading", "attachments": [FILE], "read_at": desk.iso, "reading_source": "collection"}
    desk.act("grid-handler1", "attach_document", **later, reading="1204.8")
    assert [row["state"] for row in desk.fact("suspension", "zero_load")] == ["too_early", "zero"]
    desk.later(days=1)
    desk.act("grid-handler1", "attach_document", **{**later, "read_at": desk.iso}, reading="1290")
    assert [row["state"] for row in desk.fact("suspension", "zero_load")] == ["too_early", "zero", "drawing"]
    assert desk.fact("suspension", "zero_load")[-1]["source"] == "collection"


@pytest.mark.parametrize(
    ("who", "more", "code"),
    [
        ("drc-handler1", {}, "reading_is_the_grids"),
        ("grid-handler1", {"reading": None}, "invalid_input"),
        ("grid-handler1", {"read_at": None}, "invalid_input"),
        ("grid-handler1", {"reading": "1000"}, "invalid_input"),
        ("grid-handler1", {"paper": "other"}, "invalid_input"),
    ],
)
def test_a_later_reading_is_the_grids_and_complete(who: str, more: dict[str, Any], code: str) -> None:
    desk = confirmed(executed(), "1204.5")
    desk.later(days=1)
    data = {"paper": "load_reading", "attachments": [FILE], "read_at": desk.iso, "reading": "1204.8", **more}
    assert desk.refused(who, "attach_document", **data).code == code


# The reading at the restoration -------------------------------------------------------------------------------------


def restoring(desk: Desk) -> Desk:
    desk.act("grid-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=desk.iso)
    desk.later(hours=5)
    return desk


def restoration(desk: Desk, reading: str, **more: Any) -> dict[str, Any]:
    return {"restored_at": desk.iso, "reading": reading, **more}


@pytest.mark.parametrize(("reading", "drawn"), [("1204.5", "0.0"), ("1205.5", "1.0")])
def test_a_meter_that_stood_still_needs_no_words_at_the_restoration(reading: str, drawn: str) -> None:
    desk = restoring(confirmed(executed(), "1204.5"))
    desk.act("grid-crew1", "restore_supply", **restoration(desk, reading))
    found = desk.fact("restoration")
    assert (found["reading"], found["drawn"], found["reading_explained"]) == (reading, drawn, False)


@pytest.mark.parametrize(
    ("reading", "drawn", "code", "said"),
    [
        ("1205.6", "1.1", "reading_unexplained", "多 1.1 千瓦时，超过容差 1.00"),
        ("1300", "95.5", "reading_unexplained", "停电期间可能仍在用电"),
        ("1204.4", "-0.1", "invalid_input", "表码小于停电时表码 1204.5"),
    ],
)
def test_whatever_moved_the_meter_while_the_supply_was_off_is_explained(
    reading: str, drawn: str, code: str, said: str
) -> None:
    desk = restoring(confirmed(executed(), "1204.5"))
    error = desk.refused("grid-crew1", "restore_supply", **restoration(desk, reading))
    assert error.code == code
    assert said in error.text.zh + "".join(text.zh for text in error.fields.values())
    desk.act("grid-crew1", "restore_supply", **restoration(desk, reading, reading_reason="停电时抄错一位"))
    found = desk.fact("restoration")
    assert (found["drawn"], found["reading_explained"]) == (drawn, True)
    assert "抄错" not in str(desk.events[-1]["set"])


def test_the_multiplier_counts_at_the_restoration_too() -> None:
    desk = ready()
    desk.act("grid-crew1", "execute_suspension", **desk.execution(multiplier="60"))
    restoring(confirmed(desk, "1204.5"))
    assert desk.refused("grid-crew1", "restore_supply", **restoration(desk, "1204.52")).code == "reading_unexplained"


def test_where_the_cut_has_no_reading_nothing_is_asked_of_that_of_the_restoration() -> None:
    desk = Desk().verified()
    cut = {"ground": "G2_emergency", "danger": "fire", "cut_at": desk.iso, "user_class": "ordinary"}
    cut |= {"serves_residents": False, "attachments": [FILE], "officers": OFFICERS}
    desk.act("grid-reviewer1", "report_grid_suspension", **cut)
    restoring(desk)
    desk.act("grid-crew3", "restore_supply", **restoration(desk, "7"))
    assert "drawn" not in desk.fact("restoration")


# Who hears of a supply that is still drawn --------------------------------------------------------------------------


def told(desk: Desk) -> list[tuple[int, tuple[str, ...]]]:
    return [
        (row["agency"], tuple(row["payload"]["roles"])) for row in desk.outbox if row["topic"] == "case.still_drawing"
    ]


BOTH = [(1, ("handler",)), (2, ("field_crew", "reviewer"))]


def test_commission_and_grid_company_hear_of_it_at_the_confirmation_and_at_every_later_reading() -> None:
    desk = confirmed(executed(), "1300")
    assert told(desk) == BOTH
    desk.later(days=1)
    later = {"paper": "load_reading", "attachments": [FILE], "read_at": desk.iso}
    desk.act("grid-handler1", "attach_document", **later, reading="1310")
    assert told(desk) == BOTH
    desk.act("grid-handler1", "comment", comment="已派人到场")
    assert not told(desk)
    # An act on the suspension without a reading of its own tells nothing again.
    desk.act("grid-handler1", "record_objection", received_on=desk.iso[:10], reason_code="not_mining", content="异议")
    desk.act("drc-reviewer1", "decide_objection", decision="upheld", answer="成立")
    assert desk.fact("suspension", "zero_load")[-1]["state"] == "drawing"
    assert not told(desk)


@pytest.mark.parametrize(("reading", "hours"), [("1204.5", 0.5), ("1204.5", 5), ("1205.5", 5)])
def test_nobody_is_told_of_a_supply_that_draws_nothing(reading: str, hours: float) -> None:
    assert not told(confirmed(executed(), reading, hours))


def test_nobody_is_sent_to_a_supply_that_is_on_again() -> None:
    desk = restoring(executed())
    seen = desk.iso
    desk.later(minutes=5)
    desk.act("grid-crew1", "restore_supply", **restoration(desk, "1300", reading_reason="停电后仍在用电"))
    desk.act("grid-crew2", "confirm_suspension", confirmed_at=seen, load_is_zero=False, reading="1300", read_at=seen)
    assert desk.fact("suspension", "zero_load")[-1]["state"] == "drawing"
    assert not told(desk)


def test_without_a_cut_there_is_nothing_to_compare() -> None:
    desk = Desk().verified()
    data = {"paper": "load_reading", "attachments": [FILE], "read_at": desk.iso, "reading": "1"}
    assert desk.refused("grid-handler1", "attach_document", **data).code == "nothing_to_compare"


@given(
    st.decimals(0, 10_000, places=2),
    st.decimals(0, 100, places=2),
    st.integers(0, 200),
    st.sampled_from(["1", "0.5", "60"]),
)
def test_zero_is_said_only_of_little_energy_and_enough_time(
    cut_reading: Decimal, more: Decimal, hours: int, multiplier: str
) -> None:
    begun = at("2026-11-07 10:40")
    found = compare(cut_reading, cut_reading + more, begun, begun + timedelta(hours=hours), Decimal(multiplier))
    assert found.drawn == more * Decimal(multiplier)
    assert (found.state == "drawing") == (found.drawn > tolerance())
    assert (found.state == "zero") == (found.drawn <= tolerance() and hours >= hours_needed())


def test_the_comparison_refuses_what_cannot_be() -> None:
    begun = at("2026-11-07 10:40")
    for args in ((Decimal(2), Decimal(1), begun, begun), (Decimal(1), Decimal(2), begun, begun - timedelta(minutes=1))):
        with pytest.raises(ValueError, match=r"backwards|before"):
            compare(*args)
    with pytest.raises(ValueError, match="positive"):
        compare(Decimal(1), Decimal(2), begun, begun, Decimal(0))
