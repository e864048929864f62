"""What may stand in the body of an event."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.errors import BodyError
from audit.log import EventActor, build_body, check_body, encode_body, timestamp

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def body(**members: Any) -> dict[str, Any]:
    return build_body(stream="config/x", seq=1, at=AT, action="x", actor=EventActor(None, "system"), members=members)


def test_empty_members_are_left_out_but_zero_and_false_are_kept() -> None:
    built = body(set={}, open=[], sealed=None, to="", n=0, flag=False, data={"a": 1})
    assert {"set", "open", "sealed", "to"}.isdisjoint(built)
    assert (built["n"], built["flag"], built["data"]) == (0, False, {"a": 1})


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"set": {"kwh": 3500.5}}, r"set\.kwh: a body holds no float \(3500\.5\)"),
        ({"open": [{"id": "1"}, {"data": [1, [2.0]]}]}, r"open\[1\]\.data\[1\]\[0\]: a body holds no float"),
        ({"data": {"phone": "13800000000"}}, r"data\.phone: personal data and free text belong to the sealed part"),
        ({"set": {"findings": {"trace": {"address": "x"}}}}, r"set\.findings\.trace\.address: personal data"),
        ({"set": {"rows": [{"remark": "x"}]}}, r"set\.rows\[0\]\.remark: personal data"),
        ({"data": {"户号": "1"}}, r"data\.户号: keys of a body are ASCII strings"),
        ({"set": {"n": [2**53]}}, r"set\.n\[0\]: 9007199254740992 is beyond 2\^53"),
        ({"data": {1: "a"}}, r"data\.1: keys of a body are ASCII strings"),
    ],
)
def test_it_refuses_floats_personal_data_and_strange_keys_by_name(members: dict[str, Any], message: str) -> None:
    with pytest.raises(BodyError, match=message):
        encode_body(body(**members))


def test_personal_data_is_refused_by_key_and_codes_are_not() -> None:
    check_body(
        body(set={"suspension": {"user_class": "residential"}, "source": {"kind": "telecom"}}, case={"title": "T"})
    )


def test_a_member_cannot_replace_what_the_event_itself_says() -> None:
    with pytest.raises(BodyError, match="'prev' is already set by the event itself"):
        body(prev="00")


@pytest.mark.parametrize("stream", ["", "case", "case/", "/x", "Case/x", "case/a b", "case/" + "x" * 200])
def test_a_stream_is_a_kind_and_a_name(stream: str) -> None:
    with pytest.raises(BodyError, match="is not kind/name"):
        build_body(stream=stream, seq=1, at=AT, action="x", actor=EventActor(None, "system"))


def test_times_are_utc_with_six_digits_and_need_a_zone() -> None:
    assert timestamp(AT) == "2026-11-22T02:00:00.000000Z"
    with pytest.raises(BodyError, match="has no time zone"):
        timestamp(datetime(2026, 1, 1))  # noqa: DTZ001  (that is the point)
