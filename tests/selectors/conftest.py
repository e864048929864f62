"""People of the cast as actors, and cases without the road through the API."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from audit import clock
from cases.workflow.engine import perform


@pytest.fixture
def who(demo_city):
    return find_actor


@pytest.fixture
def do(demo_city):
    """`do("drc-handler1", "comment", case_id, comment="…")`: one act; without a case it opens one."""

    def act(username, action, case_id=None, **data):
        return perform(
            case_id=case_id,
            action=action,
            actor=find_actor(username),
            data=data,
            expected_version=None,
            idempotency_key=None,
            now=clock.now(),
        )

    return act


@pytest.fixture
def opened(do):
    """Open a case in a district of Xuzhou; returns its id."""

    def open_case(region="320303", title="云龙区 仓库", by="drc-handler1"):
        signals = [{"family": "traffic", "count": 3}]
        return do(by, "open_case", region_code=region, title=title, source="telecom", signals=signals).case_id

    return open_case
