"""Who may import a list of whose, and whose a list is: each condition asked by itself."""

from __future__ import annotations

from contextlib import suppress

import pytest

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from cases.intake.receiving import SENDING, check_sender, is_own
from cases.models import ListBatch
from cases.workflow.errors import NotAllowed

pytestmark = pytest.mark.usefixtures("demo_city")

XUZHOU = {
    "320300-drc", "320300-grid", "320300-cac", "320300-telecom", "320300-telecom-ct", "320300-telecom-cu",
    "320300-police", "320300-supervision", "320302-grid",
}  # fmt: skip
NANJING = {"320100-drc", "320100-grid"}

# Whose lists each may bring in: a commission's handlers those of its region, others those of their house, where its
# kind sends lists at all.
MAY_IMPORT = {
    "drc-handler1": XUZHOU,
    "nj-drc-handler1": NANJING,
    "js-drc-handler1": XUZHOU | NANJING | {"320000-drc"},
    "grid-handler1": {"320300-grid", "320302-grid"},
    "cac-handler1": {"320300-cac"},
    "telecom-handler1": {"320300-telecom", "320300-telecom-ct", "320300-telecom-cu"},
    "ct-handler1": {"320300-telecom", "320300-telecom-ct"},
    "police-handler1": set(),
    "drc-reviewer1": set(),
    "drc-approver1": set(),
    "gulou-crew1": set(),
    "xzsup-supervisor1": set(),
    "admin1": set(),
}


def allowed(username: str) -> set[str]:
    """Of these agencies, those whose lists the person may import."""
    found = set()
    for code in XUZHOU | NANJING | {"320000-drc"}:
        with suppress(NotAllowed):
            check_sender(find_actor(username), get_directory().by_code[code])
            found.add(code)
    return found


@pytest.mark.parametrize("username", MAY_IMPORT)
def test_who_may_import_the_lists_of_whom(username: str) -> None:
    assert allowed(username) == MAY_IMPORT[username]


def test_lists_come_from_the_four_agencies_and_the_system_takes_them_all() -> None:
    assert sorted(SENDING) == ["cyberspace_office", "development_commission", "grid_company", "telecom_bureau"]
    for agency in get_directory().by_code.values():
        check_sender(system_actor(), agency)


def test_a_list_is_of_who_sent_it_and_of_the_handlers_of_its_house() -> None:
    def own(agency: str, sender: str) -> set[str]:
        sent = ListBatch(agency_id=get_directory().by_code[agency].id, received_by_id=find_actor(sender).user_id)
        asked = ("drc-handler1", "drc-handler2", "drc-reviewer1", "grid-handler1", "grid-reviewer1", "gulou-crew1")
        return {username for username in asked if is_own(find_actor(username), sent)}

    assert own("320300-drc", "drc-handler2") == {"drc-handler1", "drc-handler2"}
    # The commission brought in what the grid company wrote: it is of him who did, and not of his colleagues.
    assert own("320300-grid", "drc-handler1") == {"drc-handler1", "grid-handler1"}
    assert own("320300-telecom", "grid-reviewer1") == {"grid-reviewer1"}
