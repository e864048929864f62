"""The field table by itself: relations, several posts, what a reason opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases.policy.privacy.precision import (
    DETAILS,
    ITEMS,
    TABLE,
    Detail,
    Family,
    Form,
    Precision,
    Tie,
    Viewer,
    form,
    opened_details,
    precision,
    revealable,
)

CHARGE = Tie(Viewer.COMMISSION, in_charge=True)


def test_every_viewer_has_a_cell_in_every_family() -> None:
    assert set(TABLE) == set(Family)
    assert all(set(row) == set(Viewer) for row in TABLE.values())
    assert set(DETAILS) == set(Detail)


def test_nobody_sees_anything_through_no_post_and_a_partner_through_its_referral_alone() -> None:
    assert all(form(detail, ()) is Form.HIDDEN for detail in Detail)
    assert all(form(detail, (Tie(Viewer.PARTNER),)) is Form.HIDDEN for detail in Detail)


def test_several_posts_give_the_best_of_each_part_and_nothing_that_none_of_them_gives() -> None:
    both = (Tie(Viewer.AUDITOR), Tie(Viewer.GRID))
    assert form(Detail.NUMBER, both) is Form.CLEAR, "from the grid company"
    assert form(Detail.IP, both) is Form.MASKED, "from supervision; the grid company has a hash"
    assert form(Detail.NAME, both) is Form.MASKED
    # The commission's month and the auditor's mask do not add up to a reading or a number in clear.
    desks = (CHARGE, Tie(Viewer.AUDITOR))
    assert (form(Detail.KWH, desks), form(Detail.LOAD, desks), form(Detail.NUMBER, desks)) == (
        Form.CLEAR, Form.MASKED, Form.MASKED,
    )  # fmt: skip


def test_own_is_what_the_viewers_own_agency_brought() -> None:
    carrier = Tie(Viewer.TELECOM, frozenset({7}))
    assert form(Detail.NAME, (carrier,), owner=7) is Form.CLEAR
    assert form(Detail.NAME, (carrier,), owner=8) is Form.MASKED
    assert form(Detail.NAME, (carrier,)) is Form.MASKED, "unknown is nobody's own"
    assert form(Detail.ADDRESS, (carrier,), owner=8) is Form.DISTRICT


@pytest.mark.parametrize(("handed_over", "name", "address"), [(False, "HIDDEN", "DISTRICT"), (True, "CLEAR", "CLEAR")])
def test_the_grid_company_learns_who_and_where_with_the_measure(handed_over: bool, name: str, address: str) -> None:
    grid = (Tie(Viewer.GRID, handed_over=handed_over),)
    assert (form(Detail.NAME, grid).name, form(Detail.ADDRESS, grid).name) == (name, address)
    assert form(Detail.IP, grid) is Form.HASH


def test_a_commission_that_is_not_in_charge_asks_for_nothing() -> None:
    other = Tie(Viewer.COMMISSION)
    assert revealable((other,)) == ()
    assert form(Detail.ADDRESS, (other,)) is Form.DISTRICT
    assert precision(Family.FUNDS, other) is Precision.NONE
    assert precision(Family.FUNDS, CHARGE) is Precision.FULL


def test_only_the_commission_in_charge_has_something_that_a_reason_opens() -> None:
    assert revealable((CHARGE,)) == ("subscriber", "phone", "identity", "account")
    opener = replace(CHARGE, opens_reporters=True)
    assert revealable((opener,)) == ("subscriber", "phone", "identity", "account", "reporter")
    for viewer in set(Viewer) - {Viewer.COMMISSION}:
        tie = Tie(viewer, frozenset({1}), in_charge=True, handed_over=True, opens_reporters=True)
        assert revealable((tie,)) == (), viewer


def test_the_account_number_is_asked_for_while_the_list_is_drawn_up_and_not_before() -> None:
    assert form(Detail.NUMBER, (CHARGE,)) is Form.HIDDEN
    drawing = Tie(Viewer.COMMISSION, in_charge=True, lists_account=True)
    assert form(Detail.NUMBER, (drawing,)) is Form.REVEAL
    assert form(Detail.BILL, (drawing,)) is Form.HIDDEN


def test_a_reason_opens_its_own_items_and_the_words_of_the_tip() -> None:
    assert opened_details(()) == frozenset()
    assert opened_details(["phone"]) == {Detail.PHONE, Detail.CONTENT}
    assert Detail.REPORTER not in opened_details(set(ITEMS) - {"reporter"}), "who reported is asked for by itself"
