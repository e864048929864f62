"""What the database is told of a person: exactly what each post gives, and nothing for a post that does not."""

from __future__ import annotations

import pytest

from agencies.directory import get_directory
from agencies.sight import seeing, sight_of
from agencies.visibility import sight_keys
from audit import sight


def ids(*codes):
    by_code = get_directory().by_code
    return tuple(by_code[code].id for code in codes)


# watches, supervises: regions; administers, decides: agencies
@pytest.mark.parametrize(
    ("username", "watches", "supervises", "administers", "decides"),
    [
        ("drc-handler1", ["3203"], [], [], []),
        ("drc-reviewer1", ["3203"], [], [], ["320300-drc"]),
        ("drc-approver1", ["3203"], [], [], ["320300-drc"]),
        ("sup-supervisor1", ["32"], ["32"], [], []),
        ("xzsup-supervisor1", ["3203"], ["3203"], [], []),
        # The grid and the telecom have reviewers, too: they decide in no commission, and no list of others is theirs.
        ("grid-approver1", [], [], [], []),
        ("telecom-handler1", [], [], [], []),
        ("gulou-crew1", [], [], [], []),
        # Who keeps the accounts of a commission sees neither its lists nor its registers.
        ("admin1", [], [], ["320300-drc"], []),
        ("audit-admin1", [], ["3203"], [], []),
    ],
)
def test_a_sight_holds_what_the_posts_give(who, username, watches, supervises, administers, decides):
    actor = who(username)
    found = sight_of(actor)
    assert (found.system, found.user, found.keys) == ("", actor.user_id, tuple(sight_keys(actor)))
    assert (list(found.watches), list(found.supervises)) == (watches, supervises)
    assert (found.administers, found.decides) == (ids(*administers), ids(*decides))


def test_a_sight_ends_with_its_block(who):
    actor = who("drc-handler1")
    before = sight.current()
    with seeing(actor):
        assert sight.current() == sight_of(actor)
    assert sight.current() == before
