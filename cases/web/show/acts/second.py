"""The page of the first person: the code to show, and how far the second person is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors.paging import Row
from cases.selectors.timeline import timeline
from cases.web.show import words
from cases.web.show.acts.code import scannable
from cases.web.show.words import say
from cases.workflow.second.codes import Shown
from cases.workflow.transitions import TRANSITIONS


def standing(request: HttpRequest, actor: Actor, case: Row, action: str, shown: Shown | None, now: datetime) -> Row:
    """Where it stands: nothing shown yet, waiting, being looked at, done, or over its time."""
    label = TRANSITIONS[action].label
    done = _done(actor, case, action, shown)
    state = "done" if done else _state(shown, now)
    return {
        "state": state,
        "running": state in ("waiting", "used"),
        "label": label,
        "done": done,
        "code": _spaced(shown.code) if shown else "",
        "drawn": _drawn(request, shown) if shown and state == "waiting" else "",
        "until": f"{timezone.localtime(shown.expires_at):%H:%M}" if shown else "",
        "used_by": shown.used_by if shown else "",
        "used_at": f"{timezone.localtime(shown.used_at):%H:%M}" if shown and shown.used_at else "",
    }


def _state(shown: Shown | None, now: datetime) -> str:
    if shown is None:
        return "none"
    if shown.used_at is not None:
        return "used"
    return "waiting" if shown.open_at(now) else "over"


def _done(actor: Actor, case: Row, action: str, shown: Shown | None) -> dict[str, Any] | None:
    """The second half, where it has been done since the code was shown."""
    if shown is None:
        return None
    history = timeline(actor, case["id"], size=10, newest_first=True)
    rows = history.rows if history else []
    found = next((row for row in rows if row["action"] == action and row["at"] >= shown.minted_at), None)
    return {"who": words.who(found), "at": f"{timezone.localtime(found['at']):%H:%M}"} if found else None


def _spaced(code: str) -> str:
    return f"{code[:3]} {code[3:]}"


def _drawn(request: HttpRequest, shown: Shown) -> str:
    address = request.build_absolute_uri(f"{reverse('web:second_code')}?code={shown.code}")
    label = gettext("确认二维码：%(act)s，也可输入旁边的确认码") % {"act": say(TRANSITIONS[shown.action].label)}
    return scannable(address, label=label)
