"""Leaves, links and commitments, against hashes computed by sha256sum over bytes written out by hand."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit.chain import NO_PREV, check_link, commitment, leaf
from audit.log import EventActor, build_body, encode_body

FIRST = (
    b'{"action":"account_created","actor":{"agency":null,"id":null,"role":"","username":"system"},'
    b'"at":"2026-11-20T01:00:00.000000Z","data":{"username":"drc-handler1"},'
    b'"prev":"0000000000000000000000000000000000000000000000000000000000000000",'
    b'"seq":1,"stream":"account/drc-handler1","v":1}'
)
# (printf '\0'; printf '%s' "$FIRST") | sha256sum
FIRST_LEAF = "5df172145260841a2af93789e8de4bc3eaa5457b2ce699d4be862dea345999da"
# (printf '\0\1\2…\16\17'; printf '{"reason":"轮岗","to":"张三"}') | sha256sum
COMMITMENT = "19d52cc22e6f0cfdf474caded2762f78eee833e639a3801f8469ae71140f2b82"
SECOND = (
    b'{"action":"role_granted","actor":{"agency":7,"id":12,"role":"agency_admin","username":"admin1"},'
    b'"at":"2026-11-20T01:00:01.500000Z","data":{"role":"reviewer"},"prev":"' + FIRST_LEAF.encode() + b'",'
    b'"sealed":"' + COMMITMENT.encode() + b'","seq":2,"stream":"account/drc-handler1","v":1}'
)
SECOND_LEAF = "58ddb8e0c63235d97eaaf7d962a2509eab691415cd4e63925ed94318e8a46696"
NINE = datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=8)))


def test_the_leaf_of_no_bytes_is_the_one_every_rfc_6962_log_knows() -> None:
    assert leaf(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_two_events_built_by_us_have_the_bytes_and_leaves_computed_by_hand() -> None:
    first = encode_body(
        build_body(
            stream="account/drc-handler1",
            seq=1,
            at=NINE,
            action="account_created",
            actor=EventActor(None, "system"),
            members={"data": {"username": "drc-handler1"}},
        )
    )
    assert first == FIRST
    assert leaf(first).hex() == FIRST_LEAF
    second = encode_body(
        build_body(
            stream="account/drc-handler1",
            seq=2,
            prev=leaf(first),
            at=datetime(2026, 11, 20, 1, 0, 1, 500_000, tzinfo=UTC),
            action="role_granted",
            actor=EventActor(12, "admin1", 7, "agency_admin"),
            members={
                "data": {"role": "reviewer"},
                "sealed": commitment(bytes(range(16)), {"to": "张三", "reason": "轮岗"}),
            },
        )
    )
    assert second == SECOND
    assert leaf(second).hex() == SECOND_LEAF


def test_a_commitment_hides_the_data_behind_its_salt() -> None:
    assert commitment(bytes(range(16)), {"reason": "轮岗", "to": "张三"}) == COMMITMENT
    assert commitment(bytes(16), {"reason": "轮岗", "to": "张三"}) != COMMITMENT


def test_an_event_links_to_the_head_before_it_and_to_nothing_else() -> None:
    head = bytes.fromhex(FIRST_LEAF)
    assert check_link(head_seq=0, head_leaf=NO_PREV, seq=1, prev=NO_PREV) is None
    assert check_link(head_seq=1, head_leaf=head, seq=2, prev=head) is None
    assert check_link(head_seq=1, head_leaf=head, seq=3, prev=head) == "seq 3 does not follow 1"
    refused = check_link(head_seq=1, head_leaf=head, seq=2, prev=NO_PREV)
    assert refused == f"prev {NO_PREV.hex()} is not the leaf {FIRST_LEAF} of seq 1"


@pytest.mark.parametrize("bit", [0, 7, 8 * 100 + 3])
def test_one_changed_bit_changes_the_leaf(bit: int) -> None:
    changed = bytearray(FIRST)
    changed[bit // 8] ^= 1 << bit % 8
    assert leaf(bytes(changed)).hex() != FIRST_LEAF
